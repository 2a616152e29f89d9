/** Runs cases against one server and reports each as pass, fail or skip with the reason. */
import { createControlClient } from '../control-client.ts';
import { probe } from './abilities.ts';
import type { Abilities } from './abilities.ts';
import { createApi } from './api.ts';
import type { Case } from './case.ts';
import { Skip, at, list } from './check.ts';
import { assignmentCases } from './cases/assignments.ts';
import { autoAssignmentCases } from './cases/auto-assignment.ts';
import { controlCases } from './cases/control.ts';
import { directoryCases } from './cases/directory.ts';
import { errorCases } from './cases/errors.ts';
import { eventCases } from './cases/events.ts';
import { fanOutCases } from './cases/fan-out.ts';
import { frameCases } from './cases/frames.ts';
import { listCases } from './cases/lists.ts';
import { notificationCases } from './cases/notifications.ts';
import { stateCases } from './cases/states.ts';
import { tableCases } from './cases/table.ts';
import { teamRuleCases } from './cases/team-rule.ts';
import { createStage, createTroupe } from './stage.ts';
import type { Actor, Setting } from './stage.ts';

export interface Target {
  url: string;
  accountId: number;
  token: string;
  controlUrl?: string | undefined;
  agentTokens?: readonly string[];
  /** Runs also in an account with more than 500 conversations. */
  yes?: boolean;
  /** Only cases whose group and name fit. */
  only?: RegExp | undefined;
  /** Milliseconds to wait for what jobs do; default 10,000. */
  patience?: number;
}

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** An answer that makes running pointless, as a sentence for the person who started the suite. */
export class Refused extends Error {}

const most = 500;

export const publicCases: readonly Case[] = [
  ...assignmentCases,
  ...teamRuleCases,
  ...autoAssignmentCases,
  ...tableCases,
  ...errorCases,
  ...frameCases,
  ...eventCases,
  ...fanOutCases,
  ...notificationCases,
  ...listCases,
  ...stateCases,
  ...directoryCases,
];

/** The administrator whose token it is. */
async function whoAmI(target: Target): Promise<Actor & { role: string }> {
  const api = createApi(target.url, target.accountId, target.token);
  const answer = await api.raw('GET', '/api/v1/profile');
  if (answer.status !== 200)
    throw new Refused(`The token is not accepted: ${answer.status} ${answer.text.slice(0, 200)}`);
  const account = list(answer.json, 'accounts').find((one) => at(one, 'id') === target.accountId);
  if (account === undefined) throw new Refused(`The token's user is not in account ${target.accountId}.`);
  const role = String(at(account, 'role'));
  if (role !== 'administrator')
    throw new Refused(`The suite needs an administrator, this token's role is ${role}.`);
  return {
    id: Number(at(answer.json, 'id')),
    name: String(at(answer.json, 'name')),
    token: target.token,
    pubsub: String(at(answer.json, 'pubsub_token')),
    role,
  };
}

async function checkSize(target: Target): Promise<void> {
  const api = createApi(target.url, target.accountId, target.token);
  const meta = await api.get('/conversations/meta?status=all');
  const all = Number(at(meta.json, 'meta', 'all_count'));
  if (all > most && target.yes !== true) {
    throw new Refused(
      `The account has ${all} conversations. The suite creates and deletes data: pass --yes to run it here.`,
    );
  }
}

const describe = (abilities: Abilities): string =>
  Object.entries(abilities)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

/** Runs all fitting cases one after another. @param print one line. */
export async function runSuite(target: Target, print: (line: string) => void): Promise<Tally> {
  const me = await whoAmI(target);
  await checkSize(target);
  const setting: Setting = {
    origin: target.url.replace(/\/+$/, ''),
    accountId: target.accountId,
    token: target.token,
    me,
    control: target.controlUrl === undefined ? null : createControlClient(target.controlUrl),
    agentTokens: target.agentTokens ?? [],
    patience: target.patience ?? 10_000,
  };
  const abilities = await probe(createApi(target.url, target.accountId, target.token));
  print(`found: ${describe(abilities)}`);
  const troupe = createTroupe(setting);
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const cases = setting.control === null ? publicCases : [...publicCases, ...controlCases];
  if (setting.control === null)
    print(`left out: ${controlCases.length} cases of the control port (no --control)`);
  for (const one of cases) {
    const title = `${one.group}: ${one.name}`;
    if (target.only !== undefined && !target.only.test(title)) continue;
    const stage = createStage(setting, abilities, troupe);
    try {
      await one.run(stage);
      tally.passed++;
      print(`pass  ${title}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof Skip) {
        tally.skipped++;
        print(`skip  ${title} (${reason})`);
      } else {
        tally.failed++;
        print(`FAIL  ${title}\n      ${reason}`);
      }
    } finally {
      await stage.strike();
    }
  }
  await troupe.dismiss();
  return tally;
}

export const summary = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
