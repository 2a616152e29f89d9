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

export const createToaster = (manager: ToastManager): Toaster => ({
  show: (content) =>
    manager.add({
      title: content.title,
      description: content.details.join(' '),
      timeout: timeoutOf(content),
      data: content,
    }),
  update: (id, content) =>
    manager.update(id, {
      title: content.title,
      description: content.details.join(' '),
      timeout: timeoutOf(content),
      data: content,
    }),
  close: (id) => manager.close(id),
});
