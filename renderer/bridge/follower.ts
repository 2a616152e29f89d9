/** Follows what was stored until it has settled, in one toast for each gesture and in the live region. */
import type { CallOutput } from '../../contract/ipc.ts';
import type { Connection, OutboxEntry } from '../../contract/model.ts';
import type { ToastContent } from '../ui/toaster.ts';
import { tellerOf, type Telling } from './telling.ts';

type Stored = CallOutput<'move.submit'>['stored'];

export type Follower = {
  /** `turn`: what its toast offers to do about it. */
  follow: (
    title: string,
    stored: Stored,
    notes: readonly string[],
    turn: NonNullable<ToastContent['turn']>,
  ) => Promise<void>;
  /** Tells the toasts and the screen reader how a command ended. */
  settled: (entry: OutboxEntry) => void;
};

type Batch = {
  toast: string;
  content: ToastContent;
  left: Set<string>;
  all: Set<string>;
  failed: number;
  /** Taken back or replaced by the supervisor himself: neither done nor failed. */
  dropped: number;
};

export const createFollower = (telling: Telling): Follower => {
  const { client, queries, announcer, toaster, t, say } = telling;
  const tell = tellerOf(telling);
  const batches = new Map<string, Batch>();
  /** Settled before the reply with their id arrived. */
  const early = new Map<string, OutboxEntry>();

  const connection = () => queries.getQueryData<Connection>(['connection.get', {}]);

  const settled = (entry: OutboxEntry) => {
    const batch = batches.get(entry.id);
    if (!batch) {
      early.set(entry.id, entry);
      if (early.size > 500) early.clear();
      return;
    }
    early.delete(entry.id);
    batch.left.delete(entry.id);
    batches.delete(entry.id);
    if (entry.state === 'cancelled' || entry.state === 'superseded') batch.dropped += 1;
    if (entry.state === 'refused' || entry.state === 'conflict') {
      batch.failed += 1;
      const title = t(entry.state === 'refused' ? 'ui.toast.refused' : 'ui.toast.conflict', {
        id: entry.conversation,
        contact: entry.contact,
      });
      const why = [entry.reason ? say(entry.reason) : '', entry.serverWords ?? ''].filter(Boolean);
      tell({ title, details: why, tone: 'bad', review: entry.id });
    }
    const { content, toast } = batch;
    const done = batch.all.size - batch.left.size;
    const confirmed = batch.all.size - batch.failed - batch.dropped;
    if (batch.left.size > 0) {
      const progress = t('ui.toast.progress', { done, all: batch.all.size });
      toaster.update(toast, { ...content, details: [progress], tone: 'sending' });
    } else if (confirmed === 0) {
      toaster.close(toast);
    } else {
      const words = t('ui.toast.confirmed', { count: confirmed });
      toaster.update(toast, { ...content, details: [words], tone: 'good' });
      announcer.say(words);
    }
  };

  const follow: Follower['follow'] = async (title, stored, notes, turn) => {
    const ids = stored.map((one) => one.command);
    const online = ['live', 'catching-up', 'throttled'].includes(connection()?.state ?? '');
    let stage = t('ui.toast.sending');
    if (!online) {
      const { counts } = await client.invoke('outbox.list', { limit: 1 });
      stage = t('ui.toast.saved', { count: counts.waiting + counts.sending });
    }
    const content: ToastContent = {
      title,
      details: [stage, ...notes],
      tone: online ? 'sending' : 'saved',
      turn,
    };
    const toast = toaster.show(content);
    announcer.say([title, online ? t('ui.announce.sending') : stage, ...notes].join(' '));
    const batch = { toast, content, left: new Set(ids), all: new Set(ids), failed: 0, dropped: 0 };
    for (const id of ids) batches.set(id, batch);
    for (const id of ids) {
      const entry = early.get(id);
      if (entry) settled(entry);
    }
  };

  return { follow, settled };
};
