/** Reads the command line that Electron would have been given. */

export type CommandLine = {
  /** Files to load before the app, as `-r` names them. */
  preloads: string[];
  /** Name -> value, `''` where a switch has none; only those before the app. */
  switches: Map<string, string>;
  /** The app: a folder with a package.json, or a file. */
  app: string;
  /** What follows the app. */
  appArguments: string[];
};

/** Switches before the first plain argument belong to Electron, what follows it to the app. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const preloads: string[] = [];
  const switches = new Map<string, string>();
  let index = 0;
  for (; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '-r' || argument === '--require') {
      index += 1;
      preloads.push(args[index] ?? '');
    } else if (argument.startsWith('--')) {
      const [name = '', ...value] = argument.slice(2).split('=');
      switches.set(name, value.join('='));
    } else break;
  }
  return { preloads, switches, app: args[index] ?? '.', appArguments: args.slice(index + 1) };
}

/** The value of `--name=value` anywhere in these arguments, or null. */
export function switchValue(args: readonly string[], name: string): string | null {
  const found = args.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? null : found.slice(name.length + 3);
}
