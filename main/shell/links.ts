/** Opens a link in the person's browser, if it is a kind of link that may be opened. */

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** https anywhere; http only to this computer. Nothing that could start another program. */
export function mayOpen(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname));
}

/** Opens with `open`, or says no by doing nothing but a line in the log. */
export async function openLink(
  address: string,
  open: (url: string) => Promise<void>,
  refused: (address: string) => void,
): Promise<void> {
  if (mayOpen(address)) await open(new URL(address).href);
  else refused(address);
}
