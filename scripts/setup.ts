/** Makes sure that the app can be shown and tested here: installs on Debian and Ubuntu as root, else says what is missing. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { findHost, hasProgram, nodeComplaint } from './computer.ts';

type Need = { what: string; isThere: () => boolean; packages: string[] };

const fonts = ['fonts-liberation', 'fonts-noto-core', 'fonts-noto-cjk', 'fonts-noto-color-emoji'];
const fontFolders = ['truetype/liberation', 'truetype/noto', 'opentype/noto'];

const toShow: Need[] = [
  {
    what: 'Electron’s binary (npx install-electron) or a Chromium (package chromium)',
    isThere: () => findHost() !== null,
    packages: ['chromium', ...fonts],
  },
];
const toTorture: Need[] = [
  {
    what: 'strace (package strace)',
    // Elsewhere the programs that need it say so themselves.
    isThere: () => process.platform !== 'linux' || hasProgram('strace'),
    packages: ['strace'],
  },
];
const toTest: Need[] = [
  ...toShow,
  ...toTorture,
  { what: 'dbus-daemon (package dbus)', isThere: () => hasProgram('dbus-daemon'), packages: ['dbus'] },
  {
    what: 'a virtual display (packages xvfb and xauth)',
    isThere: () => hasProgram('xvfb-run') && hasProgram('xauth'),
    packages: ['xvfb', 'xauth'],
  },
  {
    what: `fonts for every script (packages ${fonts.join(', ')})`,
    isThere: () => fontFolders.every((folder) => existsSync(`/usr/share/fonts/${folder}`)),
    packages: fonts,
  },
];

const needs = { show: toShow, test: toTest, torture: toTorture };
type Purpose = keyof typeof needs;

const canInstall = (): boolean => process.getuid?.() === 0 && hasProgram('apt-get');

function install(packages: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args: string[]): boolean =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
  console.log(`Installing ${packages.join(', ')} …`);
  return run(['update', '-q']) && run(['install', '-yq', '--no-install-recommends', ...packages]);
}

/** True when everything for this purpose is there in the end; what is not has been named. */
export function setUp(purpose: Purpose): boolean {
  const complaint = nodeComplaint(process.version);
  if (complaint !== null) {
    console.error(complaint);
    return false;
  }
  const missing = (): Need[] => needs[purpose].filter((need) => !need.isThere());
  if (missing().length > 0 && canInstall()) {
    install([...new Set(missing().flatMap((need) => need.packages))]);
  }
  const still = missing();
  for (const need of still) console.error(`Missing on this computer: ${need.what}.`);
  return still.length === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(setUp('test') ? 0 : 1);
