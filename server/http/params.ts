/** Request parameters the way the server's framework reads them: `a[]=1`, `a[b]=2`, lenient numbers. */

export type Params = Record<string, unknown>;

function assign(target: Params, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  const next = rest[0];
  if (next === undefined) {
    target[head] = value;
    return;
  }
  if (next === '') {
    const list = Array.isArray(target[head]) ? (target[head] as unknown[]) : [];
    list.push(value);
    target[head] = list;
    return;
  }
  const existing = target[head];
  const child: Params = isRecord(existing) ? existing : {};
  target[head] = child;
  assign(child, rest, value);
}

/** Reads a query string or a form body. */
export function parseQuery(text: string): Params {
  const params: Params = Object.create(null) as Params;
  for (const [name, value] of new URLSearchParams(text)) {
    const open = name.indexOf('[');
    const path =
      open < 0
        ? [name]
        : [name.slice(0, open), ...[...name.slice(open).matchAll(/\[([^\]]*)\]/g)].map((m) => m[1] ?? '')];
    assign(params, path, value);
  }
  return params;
}

export function isRecord(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of a scalar parameter; undefined when missing, null or a structure. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** Leading whole number as Ruby's `to_i` reads it; anything else is 0. */
export function toInt(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : 0;
  const digits = /^\s*[-+]?\d+/.exec(text(value) ?? '')?.[0];
  return digits === undefined ? 0 : Number(digits);
}

export function toBool(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

/** A scalar or a list as a list of texts; undefined when missing. */
export function texts(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => text(item) ?? '').filter((item) => item !== '');
}

/** A scalar or a list as ids; undefined when missing. */
export function ids(value: unknown): number[] | undefined {
  return texts(value)?.map(toInt);
}

/** An object parameter, or an empty one. */
export function record(value: unknown): Params {
  return isRecord(value) ? value : {};
}
