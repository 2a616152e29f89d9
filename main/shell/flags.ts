/** The few switches of the command line that the app itself understands. */

export type Flags = {
  /** Where everything is kept, or null for the place the system has for it. */
  userDataDir: string | null;
  /** A test drives this app: English, and no window takes the focus. */
  test: boolean;
};

/** Reads `--user-data-dir=DIR` and `--test`, wherever they stand. */
export function readFlags(argv: readonly string[]): Flags {
  const prefix = '--user-data-dir=';
  const folder = argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length);
  return { userDataDir: folder ? folder : null, test: argv.includes('--test') };
}
