/** `npm run pack [-- --linux|--win|--mac] [dir] [--electron-dist DIR]`: builds, then packs with electron-builder. */
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { build as packWith, Platform } from 'electron-builder';
import { build } from './build.ts';
import { root } from './computer.ts';

export type PackOptions = {
  platform: 'linux' | 'win' | 'mac';
  /** Only the unpacked folder, no installers. */
  folderOnly: boolean;
  /** A folder with Electron's files, where they cannot be downloaded. */
  electronDist?: string;
  /** Default `dist`. */
  output?: string;
};

const platforms = { linux: Platform.LINUX, win: Platform.WINDOWS, mac: Platform.MAC };

/** Packs what is built. Installers are signed where certificates are given to electron-builder, never published. */
export async function pack(options: PackOptions): Promise<void> {
  await packWith({
    projectDir: root,
    publish: 'never',
    targets: platforms[options.platform].createTarget(options.folderOnly ? 'dir' : null),
    config: {
      extends: './electron-builder.yml',
      ...(options.electronDist === undefined ? {} : { electronDist: options.electronDist }),
      ...(options.output === undefined
        ? {}
        : { directories: { output: options.output, buildResources: 'assets' } }),
    },
  });
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      linux: { type: 'boolean' },
      win: { type: 'boolean' },
      mac: { type: 'boolean' },
      'electron-dist': { type: 'string' },
    },
  });
  if (!build()) return 1;
  const here = process.platform === 'win32' ? 'win' : process.platform === 'darwin' ? 'mac' : 'linux';
  const electronDist = values['electron-dist'];
  await pack({
    platform: values.linux ? 'linux' : values.win ? 'win' : values.mac ? 'mac' : here,
    folderOnly: positionals.includes('dir'),
    ...(electronDist === undefined ? {} : { electronDist }),
  });
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(await run());
