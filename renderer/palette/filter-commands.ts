/** Finds commands by the words typed: every word must begin a word of the command (pure). */

export type PaletteCommand = {
  id: string;
  name: string;
  note: string;
  /** Shown with its reason, but not to be run. */
  refused: boolean;
  run: () => void;
};

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

export const filterCommands = (commands: readonly PaletteCommand[], typed: string): PaletteCommand[] => {
  const words = fold(typed).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [...commands];
  return commands.filter((command) => {
    const parts = fold(`${command.name} ${command.note}`).split(/[\s,.:#&]+/u);
    return words.every((word) => parts.some((part) => part.startsWith(word)));
  });
};
