/** Ctrl or Cmd + Z, with Shift or as Ctrl + Y, and the Edit menu: undo of moves, but of typing while a text field has the focus. */
import { useEffect } from 'react';
import type { Direction } from './undoer.ts';
import { useServices, type Services } from './services.ts';

const NO_TEXT = new Set(['button', 'checkbox', 'radio', 'range', 'submit', 'reset', 'color', 'file']);

/** Whether what has the focus takes typed text, which then has its own undo. */
const isTyping = (element: Element | null): boolean =>
  element instanceof HTMLTextAreaElement ||
  (element instanceof HTMLInputElement && !NO_TEXT.has(element.type)) ||
  (element instanceof HTMLElement && element.isContentEditable);

const directionOf = (event: KeyboardEvent): Direction | null => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  switch (event.key.toLowerCase()) {
    case 'z':
      return event.shiftKey ? 'redo' : 'undo';
    case 'y':
      return event.shiftKey ? null : 'redo';
    default:
      return null;
  }
};

const start = ({ state, undoer }: Services, direction: Direction): void => {
  const { chooser, lifted } = state.get();
  // A question is open or cards are in the air: that comes first.
  if (chooser === null && lifted === null) void undoer.run(direction, null);
};

/** A chosen item of the Edit menu. */
export const undoFromMenu = (services: Services, direction: Direction): void => {
  // The menu's own role would undo typing only.
  // oxlint-disable-next-line typescript/no-deprecated -- the page has no other way to ask the browser to undo typing
  if (isTyping(document.activeElement)) document.execCommand(direction);
  else start(services, direction);
};

/** Listens to the keys for as long as a workspace is open. */
export const useUndoKeys = (): void => {
  const services = useServices();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const direction = directionOf(event);
      if (direction === null || isTyping(document.activeElement)) return;
      event.preventDefault();
      if (!event.repeat) start(services, direction);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [services]);
};
