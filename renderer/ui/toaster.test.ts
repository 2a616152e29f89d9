/** Toasts of a gesture: what an older one offers must still be so. */
import { Toast } from '@base-ui/react/toast';
import { expect, test } from 'vitest';
import { createToaster, type ToastContent } from './toaster.ts';

const rig = () => {
  const manager = Toast.createToastManager<ToastContent>();
  const closed: string[] = [];
  return {
    closed,
    toaster: createToaster({ ...manager, close: (id?: string) => void closed.push(id ?? '') }),
  };
};
const about = (gesture: number, direction: 'undo' | 'redo'): ToastContent => ({
  title: 'Done.',
  details: [],
  tone: 'good',
  turn: { gesture, direction },
});

test('an undo ends the toasts that offer it, a redo those that offer that', () => {
  const { closed, toaster } = rig();
  const first = toaster.show(about(1, 'undo'));
  const second = toaster.show(about(1, 'undo'));
  const other = toaster.show(about(2, 'undo'));
  expect(closed).toEqual([]);
  const undone = toaster.show(about(1, 'redo'));
  expect(closed).toEqual([first, second]);
  toaster.show(about(1, 'undo'));
  expect(closed).toEqual([first, second, undone]);
  expect(closed).not.toContain(other);
});
