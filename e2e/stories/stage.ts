/** What most stories begin with: the cast on a server, a few conversations, and somebody signed in with a live board. */
import type { Page } from '@playwright/test';
import { manualModeCasesSchema } from '../../contract/cases.ts';
import type { ManualModeCase } from '../../contract/cases.ts';
import table from '../../contract/manual-mode-cases.json' with { type: 'json' };
import { createControlClient } from '../../server/control-client.ts';
import type { ControlClient } from '../../server/control-client.ts';
import type { LogEntry } from '../../server/control.ts';
import { buildCast } from '../cast.ts';
import type { Cast } from '../cast.ts';
import type { ServerSettings, TestServer } from '../fixture.ts';
import { expectConnection, invoke, passFirstRun, signIn } from '../pages.ts';

/** A server without seeded people and conversations, for stories that bring their own. */
export const emptyServer: ServerSettings = { conversations: 0, agents: 0, teams: 0 };

export type Stage = {
  server: TestServer;
  control: ControlClient;
  cast: Cast;
  /** Access token of one of the cast. */
  tokenOf: (name: string) => Promise<string>;
  /** A customer who wrote some minutes ago; answers the display id. */
  arrive: (
    customer: string,
    options?: {
      minutesAgo?: number;
      agent?: ManualModeCase['start']['agent'];
      team?: string | null;
      status?: string;
      content?: string;
    },
  ) => Promise<number>;
};

/** The part of the cast that most stories need: few lanes, so that all of them are on one screen. */
const usual = { agents: ['mara', 'tom', 'sara', 'ines', 'noor'], teams: ['support', 'billing', 'sales'] };

/** Puts the cast of the table of cases on the server, and only them: the seed's own agents leave. */
export const setStage = async (
  server: TestServer,
  options: { inboxAutoAssign?: boolean; alsoAgents?: string[]; alsoTeams?: string[] } = {},
): Promise<Stage> => {
  const control = createControlClient(server.controlUrl);
  const { url, accountId, tokens } = server;
  const whole = manualModeCasesSchema.parse(table);
  const agents = new Set([...usual.agents, ...(options.alsoAgents ?? [])]);
  const teams = new Set([...usual.teams, ...(options.alsoTeams ?? [])]);
  const kept = (names: readonly string[] | null | undefined) =>
    names?.filter((name) => agents.has(name)) ?? null;
  const seeded = await control.call('users', {});
  const cast = await buildCast(
    { url, accountId, administrator: tokens.administrator, control },
    {
      ...whole,
      agents: Object.fromEntries(Object.entries(whole.agents).filter(([name]) => agents.has(name))),
      teams: Object.fromEntries(
        Object.entries(whole.teams)
          .filter(([name]) => teams.has(name))
          .map(([name, team]) => [name, { ...team, members: kept(team.membersOnServer ?? team.members) }]),
      ),
    },
    { inboxAutoAssign: options.inboxAutoAssign ?? false },
  );
  for (const { id, token } of seeded)
    if (token !== tokens.administrator) await control.act({ do: 'remove-agent', user: id });
  return {
    server,
    control,
    cast,
    tokenOf: async (name) => {
      const user = (await control.call('users', {})).find(({ id }) => id === cast.agent(name));
      if (!user) throw new Error(`the server does not list ${name}`);
      return user.token;
    },
    arrive: async (
      customer,
      { minutesAgo = 0, agent = null, team = null, status = 'open', content } = {},
    ) => {
      await control.call('clock.skew', { seconds: -60 * minutesAgo });
      const { id } = await control.act({
        do: 'create-conversation',
        inbox: cast.inbox,
        customer,
        ...(content === undefined ? {} : { content }),
      });
      if (team !== null) await control.act({ do: 'team', conversation: id, team: cast.team(team) });
      if (agent?.startsWith('bot:') === true)
        await control.act({ do: 'assign-bot', conversation: id, bot: cast.bot(agent) });
      else if (agent !== null)
        await control.act({ do: 'assign', conversation: id, agent: cast.agent(agent) });
      if (status !== 'open') await control.act({ do: 'status', conversation: id, status });
      await control.call('clock.skew', { seconds: 60 * minutesAgo });
      return id;
    },
  };
};

/** Signs in as one of the cast, passes the first run and waits until the board is live and nothing loads any more. */
export const enter = async (page: Page, stage: Stage, name = 'mara'): Promise<void> => {
  await signIn(page, stage.server, await stage.tokenOf(name));
  await passFirstRun(page);
  await settle(page);
};

/** Live, with everything loaded that is to be loaded. */
export const settle = async (page: Page): Promise<void> => {
  await expectConnection(page, 'live', 30_000);
  await page.waitForFunction(
    async () => {
      type Answer = { ok: boolean; value?: { state: string; progress: unknown } };
      const { bridge } = window as unknown as {
        bridge: { invoke: (name: string, input: unknown) => Promise<Answer> };
      };
      const { value } = await bridge.invoke('connection.get', {});
      return value?.state === 'live' && value.progress === null;
    },
    undefined,
    { timeout: 30_000 },
  );
};

/** A place in the server's log, to ask later what came after it. */
export const mark = async (control: ControlClient): Promise<number> => (await control.log()).at(-1)?.n ?? 0;

/** Whether a filter names conversations by id: so the cache compares its rows with the server, now and then, all day. */
const asksByIds = ({ body }: LogEntry): boolean => JSON.stringify(body ?? null).includes('"display_id"');

/** Requests after a mark that list conversations: a page, a filter or a search. One alone may be read to confirm what an event said. */
export const listsAfter = async (control: ControlClient, after: number): Promise<LogEntry[]> => {
  const log = await control.log({ after });
  return log.filter(
    (entry) =>
      (entry.method === 'GET' && /\/conversations(\/search)?$/.test(entry.path)) ||
      (entry.path.endsWith('/conversations/filter') && !asksByIds(entry)),
  );
};

/** From now on no question about conversations is answered: no list, no filter, and none about a single one. */
export const answerNoReads = (control: ControlClient): Promise<unknown> =>
  control.call('fault.add', {
    path: String.raw`/conversations(/\d+|/filter|/search)?(\?|$)`,
    times: null,
    effect: { kind: 'hang' },
  });

/** What the server itself counts as open and unassigned. */
export const countsOf = async (stage: Stage, name = 'mara'): Promise<{ unassigned: number; all: number }> => {
  const { url, accountId } = stage.server;
  const response = await fetch(`${url}/api/v1/accounts/${accountId}/conversations/meta?status=open`, {
    headers: { api_access_token: await stage.tokenOf(name) },
  });
  const { meta } = (await response.json()) as { meta: { unassigned_count: number; all_count: number } };
  return { unassigned: meta.unassigned_count, all: meta.all_count };
};

/** The assignment as the server has it, in names. */
export const truthOf = async (
  stage: Stage,
  id: number,
): Promise<{ agent: string | null; team: string | null }> => {
  const truth = await stage.control.truth(id);
  return {
    agent: stage.cast.nameOfAgent(truth.assigneeId, truth.botId),
    team: stage.cast.nameOfTeam(truth.teamId),
  };
};

/** Assignments that one user asked the server for, oldest first. */
export const writesOf = async (stage: Stage, name: string): Promise<LogEntry[]> =>
  stage.control.log({ method: 'POST', path: '/assignments$', userId: stage.cast.agent(name) });

/** Changes what the window remembers, as the settings page does. */
export const set = async (
  page: Page,
  settings: Parameters<typeof invoke<'settings.set'>>[2],
): Promise<void> => {
  await invoke(page, 'settings.set', settings);
};
