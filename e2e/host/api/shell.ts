/** `shell`: remembers what it was asked to open instead of opening it. */

export function createShell() {
  const opened: string[] = [];
  return {
    /** For tests; not part of Electron. */
    opened,
    openExternal: async (url: string): Promise<void> => {
      opened.push(url);
    },
    openPath: async (path: string): Promise<string> => {
      opened.push(path);
      return '';
    },
  };
}
