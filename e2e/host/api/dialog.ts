/** `dialog`: answers as a person who presses the default button, unless a test replaces a member. */

export function createDialog() {
  return {
    showMessageBox: async (...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
      const options = args.at(-1) as { defaultId?: number };
      return { response: options.defaultId ?? 0, checkboxChecked: false };
    },
    showErrorBox: (title: string, content: string): void => {
      process.stderr.write(`${title}: ${content}\n`);
    },
  };
}
