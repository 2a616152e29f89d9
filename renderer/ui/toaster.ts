/** Toasts as values: what to show, without knowing how it is drawn. */
import type { Toast } from '@base-ui/react/toast';

export type ToastContent = {
  title: string;
  details: readonly string[];
  tone: 'plain' | 'sending' | 'saved' | 'good' | 'bad';
  /** The outbox entry that "Review" opens. */
  review?: string;
  /** The gesture that its button takes back or does again. */
  turn?: { direction: 'undo' | 'redo'; gesture: number };
};

export type Toaster = {
  show: (content: ToastContent) => string;
  update: (id: string, content: ToastContent) => void;
  close: (id: string) => void;
};

export type ToastManager = ReturnType<typeof Toast.createToastManager<ToastContent>>;

/** Bad news stays until it is dismissed; it is also in the outbox. */
const timeoutOf = (content: ToastContent): number => (content.tone === 'bad' ? 0 : 6000);

export const createToaster = (manager: ToastManager): Toaster => {
  /** The newest toasts of each gesture. One that goes the other way ends them: what they offer is not so any more. */
  const offers = new Map<number, { direction: string; toasts: string[] }>();
  const drawn = (content: ToastContent) => ({
    title: content.title,
    description: content.details.join(' '),
    timeout: timeoutOf(content),
    data: content,
  });
  return {
    show: (content) => {
      const id = manager.add(drawn(content));
      if (!content.turn) return id;
      const { gesture, direction } = content.turn;
      const older = offers.get(gesture);
      if (older?.direction === direction) older.toasts.push(id);
      else {
        for (const one of older?.toasts ?? []) manager.close(one);
        offers.set(gesture, { direction, toasts: [id] });
      }
      return id;
    },
    update: (id, content) => manager.update(id, drawn(content)),
    close: (id) => manager.close(id),
  };
};
