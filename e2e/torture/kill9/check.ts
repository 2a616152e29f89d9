/** What must hold of the files after any death, and of everything at the end: read from copies, so that the next life recovers by itself. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Command } from '../../../main/core/commands/types.ts';
import type { OutboxReader } from '../outbox-reader.ts';
import type { World } from '../world.ts';

export type Finding = {
  what: 'lost' | 'duplicated' | 'torn' | 'corrupt' | 'cursor' | 'unfounded' | 'stuck';
  detail: string;
};

/** The folder of the only workspace; null before there is one. */
export const workspaceIn = (folder: string): string | null => {
  const below = join(folder, 'workspaces');
  if (!existsSync(below)) return null;
  const name = readdirSync(below)[0];
  return name === undefined ? null : join(below, name);
};

/** A copy of the databases without the index of the WAL: it is made again from the WAL, as after a reboot. */
export const copyFiles = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (!name.endsWith('-shm')) copyFileSync(join(from, name), join(to, name));
};

const quickCheck = (path: string): string => {
  const db = new Database(path);
  try {
    return String(db.pragma('quick_check(1)', { simple: true }));
  } catch (error) {
    return String(error);
  } finally {
    db.close();
  }
};

const checkCache = (path: string, world: World): Finding[] => {
  const findings: Finding[] = [];
  const db = new Database(path);
  try {
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'state'").get()) {
      const left = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
      if (left > 0 || Number(db.pragma('user_version', { simple: true })) !== 0)
        findings.push({ what: 'torn', detail: 'half a schema in cache.db' });
      return findings;
    }
    const state = (name: string): unknown => {
      const text = db.prepare('SELECT value FROM state WHERE name = ?').pluck().get(name) as
        | string
        | undefined;
      return text === undefined ? undefined : JSON.parse(text);
    };
    const loaded = (state('first-load') as { done?: boolean } | undefined)?.done === true;
    const watermark = state('watermark');
    const rows = new Map(
      (
        db.prepare('SELECT id, assignee_id, team_id, live FROM conversation').all() as {
          id: number;
          assignee_id: number | null;
          team_id: number | null;
          live: number;
        }[]
      ).map((row) => [row.id, row]),
    );
    if (loaded)
      for (const id of world.live())
        if (!rows.has(id)) findings.push({ what: 'cursor', detail: `the first load is done without ${id}` });
    // What changed before the watermark (to the second) must be in the rows.
    if (typeof watermark === 'number')
      for (const [id, at] of world.changedAt) {
        const now = world.standing(id);
        const row = rows.get(id);
        if (at >= watermark - 2 || !now || !world.live().includes(id)) continue;
        if (!row || row.assignee_id !== (now.assignee?.id ?? null) || row.team_id !== now.team)
          findings.push({
            what: 'cursor',
            detail: `watermark ${watermark}, but ${id} changed at ${at}: ${JSON.stringify(now)} against ${JSON.stringify(row)}`,
          });
      }
    const lanes = db
      .prepare(
        `SELECT (SELECT sum(count) FROM counter WHERE grouping = 'agents') AS counted, (SELECT count(*) FROM conversation WHERE live = 1) AS live`,
      )
      .get() as { counted: number | null; live: number };
    if ((lanes.counted ?? 0) !== lanes.live)
      findings.push({ what: 'torn', detail: `counters say ${lanes.counted}, rows ${lanes.live}` });
  } catch (error) {
    findings.push({ what: 'corrupt', detail: `cache.db: ${String(error)}` });
  } finally {
    db.close();
  }
  return findings;
};

/** What was given up for another command, which is not there: half of a gesture. */
const halves = (commands: readonly Command[]): Finding[] =>
  commands.flatMap(({ id, conversation, state, reason }, index) =>
    state === 'superseded' &&
    reason?.key === 'outcome.replaced' &&
    !commands.slice(index + 1).some((later) => later.conversation === conversation)
      ? [{ what: 'torn', detail: `${id} of ${conversation} gave way to nothing` }]
      : [],
  );

/** After a death. `acked` = commands that the app said it had stored. */
export const checkFiles = (parts: {
  reader: OutboxReader;
  folder: string;
  copy: string;
  world: World;
  acked: ReadonlyMap<string, number>;
}): { commands: Command[]; findings: Finding[] } => {
  const at = workspaceIn(parts.folder);
  const lost = (known: ReadonlySet<string>): Finding[] =>
    [...parts.acked]
      .filter(([id]) => !known.has(id))
      .map(([id, conversation]) => ({ what: 'lost', detail: `command ${id} of ${conversation}` }));
  if (at === null) return { commands: [], findings: lost(new Set()) };
  copyFiles(at, parts.copy);
  const findings: Finding[] = [];
  const cache = join(parts.copy, 'cache.db');
  // The outbox is looked through by the app's own code, in `read`.
  const said = existsSync(cache) ? quickCheck(cache) : 'ok';
  if (said !== 'ok') findings.push({ what: 'corrupt', detail: `cache.db: ${said}` });
  for (const name of readdirSync(parts.copy))
    if (name.includes('.damaged-')) findings.push({ what: 'corrupt', detail: `set aside: ${name}` });
  if (existsSync(cache)) findings.push(...checkCache(cache, parts.world));
  const { commands, torn, corrupt } = parts.reader.read(parts.copy);
  const known = new Set(commands.map(({ id }) => id));
  for (const detail of torn) findings.push({ what: 'torn', detail });
  for (const detail of corrupt) findings.push({ what: 'corrupt', detail });
  findings.push(...halves(commands), ...lost(known));
  if (known.size !== commands.length)
    findings.push({ what: 'duplicated', detail: 'a command is stored twice' });
  return { commands, findings };
};

/** Asked for when the app did not know the team's members yet, and refused unsent since he is none of them: then it says so, as it said that it would look. */
const isForMembership = (
  { state, sure, sent, action, base }: Command,
  world: Pick<World, 'members'>,
): boolean => {
  if (state !== 'refused' || sure || sent > 0) return false;
  const asked =
    action.kind === 'assign-both'
      ? action
      : action.kind === 'assign-agent'
        ? { agent: action.agent, team: base.team }
        : null;
  return asked !== null && asked.team !== null && !world.members(asked.team).includes(asked.agent);
};

/**
 * A write without an answer, on a server that tells a change only by its newest message: an own note that came
 * between looks as if something had been done and undone, and then the user is asked.
 */
const isForNote = (
  { conversation, state, sent, answered, reason }: Command,
  { noted }: Pick<World, 'noted'>,
): boolean =>
  state === 'conflict' && reason?.key === 'outcome.maybeUndone' && sent > answered && noted.has(conversation);

/** After the last life has settled everything: each command had its effect once, or says why not. */
export const checkEffects = (
  commands: readonly Command[],
  world: Pick<World, 'writes' | 'noted' | 'interfered' | 'standing' | 'members'>,
): Finding[] => {
  const findings: Finding[] = [];
  for (const write of world.writes)
    if (write.status === 200 && !write.changed)
      findings.push({ what: 'duplicated', detail: `written again to ${write.conversation}: ${write.body}` });
  const byConversation = Map.groupBy(commands, ({ conversation }) => conversation);
  for (const [conversation, mine] of byConversation) {
    const others = world.interfered.get(conversation) ?? 0;
    const story = () =>
      JSON.stringify({
        commands: mine.map(({ id, action, base, state, sent, answered, plan, gesture, reason }) => ({
          id,
          action,
          base,
          state,
          sent,
          answered,
          shown: plan.shown,
          replaces: gesture?.replaces ?? null,
          reason: reason?.key ?? null,
        })),
        writes: world.writes.filter((write) => write.conversation === conversation),
      });
    for (const command of mine) {
      const { id, state, reason } = command;
      if (state === 'waiting' || state === 'sending')
        findings.push({ what: 'stuck', detail: `${id} is ${state}` });
      const isParked = state === 'conflict' || state === 'refused';
      if (isParked && others === 0 && !isForMembership(command, world) && !isForNote(command, world))
        findings.push({
          what: 'unfounded',
          detail: `${id}: ${state} ${JSON.stringify(reason)}, nobody else was at ${conversation}: ${JSON.stringify(command)} of ${story()}`,
        });
    }
    const taken = world.writes.filter((write) => write.conversation === conversation && write.changed).length;
    const planned = mine.reduce((sum, { plan }) => sum + plan.steps.length, 0);
    if (taken > planned)
      findings.push({ what: 'duplicated', detail: `${taken} writes to ${conversation}, planned ${planned}` });
    const last = mine.filter(({ state }) => state === 'confirmed').at(-1);
    const now = world.standing(conversation);
    // One that stopped half-way has left its part.
    const stopped = mine
      .slice(last ? mine.indexOf(last) : 0)
      .some(({ state, sent }) => state === 'conflict' && sent > 0);
    if (!last || !now || others > 0 || stopped) continue;
    if (
      last.result === null ||
      JSON.stringify([now.assignee, now.team]) !== JSON.stringify([last.result.assignee, last.result.team])
    )
      findings.push({
        what: 'lost',
        detail: `${last.id} is confirmed as ${JSON.stringify(last.result)}, the server has ${JSON.stringify(now)}: ${story()}`,
      });
  }
  return findings;
};
