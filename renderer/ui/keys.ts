/** Keys with the command modifier of this system, in words and as a test. */

const isMac = (): boolean => navigator.userAgent.includes('Mac');

/** "⌘F" on a Mac, "Ctrl F" elsewhere. */
export const modKey = (key: string): string => (isMac() ? `⌘${key}` : `Ctrl ${key}`);

/** Whether the event is exactly the modifier and this letter. */
export const isModKey = (event: KeyboardEvent, key: string): boolean =>
  event.key.toLowerCase() === key && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
