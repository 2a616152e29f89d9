/** Finds rows of outbox.db in the bytes of a damaged file and its WAL, whether or not anything still leads to their page. */
import { readFileSync } from 'node:fs';
import { isSound, OUTBOX_TABLES, type OutboxTable } from './outbox-rows.ts';

/** A sound row with the number it was stored under. */
export type FoundRow = { seq: number; row: Record<string, unknown> };

type Page = { number: number; bytes: Buffer };

/** Layout of files and records: https://www.sqlite.org/fileformat2.html */
const LEAF_OF_TABLE = 13;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;
const FILE_HEADER = 100;

const readOrNothing = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
};

const isPageSize = (size: number): boolean => size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;

/** A database and its WAL as they are on the disk. */
export type FileBytes = { file: Buffer; wal: Buffer };

/** To be read before SQLite opens the file: it may merge or throw away a WAL that it cannot use. */
export const bytesOf = (path: string): FileBytes => ({
  file: readOrNothing(path),
  wal: readOrNothing(`${path}-wal`),
});

/** Of the file, or of its WAL when the file says nothing of use. */
const pageSizeOf = (file: Buffer, wal: Buffer): number => {
  const inFile = file.length >= FILE_HEADER ? file.readUInt16BE(16) : 0;
  if (isPageSize(inFile)) return inFile;
  const inWal = wal.length >= WAL_HEADER ? wal.readUInt32BE(8) : 0;
  return isPageSize(inWal) ? inWal : 4096;
};

/** Every image of every page, oldest first: left over from an earlier WAL, the file, the WAL. */
const pagesOf = (file: Buffer, wal: Buffer, size: number): Page[] => {
  const inFile: Page[] = [];
  for (let at = 0; at < file.length; at += size) {
    const bytes = Buffer.alloc(size);
    // The last page may be cut off; its rows lie at its end, but some may be whole.
    file.copy(bytes, 0, at, Math.min(at + size, file.length));
    inFile.push({ number: at / size + 1, bytes });
  }
  const before: Page[] = [];
  const after: Page[] = [];
  for (let at = WAL_HEADER; at + FRAME_HEADER + size <= wal.length; at += FRAME_HEADER + size) {
    const current = wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24));
    const start = at + FRAME_HEADER;
    (current ? after : before).push({
      number: wal.readUInt32BE(at),
      bytes: wal.subarray(start, start + size),
    });
  }
  return [...before, ...inFile, ...after];
};

/** SQLite's integers of one to nine bytes. Answers value and next place; throws past the end. */
const varint = (bytes: Buffer, from: number): [number, number] => {
  let value = 0;
  for (let i = 0; i < 8; i += 1) {
    const byte = bytes.readUInt8(from + i);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, from + i + 1];
  }
  return [value * 256 + bytes.readUInt8(from + 8), from + 9];
};

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];

const valueOf = (type: number, payload: Buffer, at: number): { value: unknown; size: number } => {
  if (type === 0) return { value: null, size: 0 };
  if (type === 8 || type === 9) return { value: type - 8, size: 0 };
  if (type === 7) return { value: payload.readDoubleBE(at), size: 8 };
  const size = INTEGER_BYTES[type];
  if (size === 8) return { value: Number(payload.readBigInt64BE(at)), size };
  if (size !== undefined) return { value: payload.readIntBE(at, size), size };
  if (type < 13 || type % 2 === 0) throw new RangeError('no type of ours');
  const length = (type - 13) / 2;
  if (at + length > payload.length) throw new RangeError('cut off');
  return { value: payload.toString('utf8', at, at + length), size: length };
};

const valuesOf = (payload: Buffer): unknown[] => {
  const [headerSize, first] = varint(payload, 0);
  const values: unknown[] = [];
  let at = headerSize;
  for (let header = first; header < headerSize;) {
    const [type, next] = varint(payload, header);
    const { value, size } = valueOf(type, payload, at);
    values.push(value);
    header = next;
    at += size;
  }
  return values;
};

/** The whole record of a cell; what does not fit on the page lies on a chain of others. */
const payloadOf = (page: Buffer, at: number, length: number, newest: ReadonlyMap<number, Buffer>): Buffer => {
  const most = page.length - 35;
  if (length <= most) return page.subarray(at, at + length);
  const least = Math.floor(((page.length - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (page.length - 4));
  const here = fitting <= most ? fitting : least;
  const parts = [page.subarray(at, at + here)];
  let left = length - here;
  let next = page.readUInt32BE(at + here);
  while (left > 0) {
    const further = newest.get(next);
    if (!further) throw new RangeError('the rest is missing');
    parts.push(further.subarray(4, 4 + Math.min(left, further.length - 4)));
    left -= further.length - 4;
    next = further.readUInt32BE(0);
  }
  return Buffer.concat(parts);
};

/** The record as a row of the one table whose checksum it carries; null = of none. */
const rowOf = (
  seq: number,
  values: readonly unknown[],
): { table: OutboxTable; row: FoundRow['row'] } | null => {
  for (const table of Object.keys(OUTBOX_TABLES) as OutboxTable[]) {
    const columns = OUTBOX_TABLES[table];
    // First the number, which the record leaves empty; last the checksum.
    if (values.length !== columns.length + 2) continue;
    const row: FoundRow['row'] = { seq, checksum: values.at(-1) };
    columns.forEach((column, index) => {
      row[column] = values[index + 1];
    });
    if (isSound(table, row)) return { table, row };
  }
  return null;
};

/**
 * Sound rows by table, in the order they were stored; of several images of a row the newest. Never throws:
 * what cannot be understood is no row. An older state of a row may be all that is left of it; a command
 * that comes back so is compared with the server before anything is sent.
 */
export const scanRows = ({ file, wal }: FileBytes): Map<OutboxTable, FoundRow[]> => {
  const pages = pagesOf(file, wal, pageSizeOf(file, wal));
  const newest = new Map(pages.map(({ number, bytes }) => [number, bytes]));
  const found = new Map<OutboxTable, Map<number, FoundRow>>();
  for (const { number, bytes } of pages) {
    const head = number === 1 ? FILE_HEADER : 0;
    if (bytes[head] !== LEAF_OF_TABLE) continue;
    const cells = bytes.readUInt16BE(head + 3);
    for (let cell = 0; cell < cells; cell += 1) {
      try {
        const at = bytes.readUInt16BE(head + 8 + cell * 2);
        const [length, afterLength] = varint(bytes, at);
        const [seq, start] = varint(bytes, afterLength);
        const read = rowOf(seq, valuesOf(payloadOf(bytes, start, length, newest)));
        if (!read) continue;
        const rows = found.get(read.table) ?? new Map<number, FoundRow>();
        rows.set(seq, { seq, row: read.row });
        found.set(read.table, rows);
      } catch {
        // Not a cell, or not a whole one.
        continue;
      }
    }
  }
  return new Map(
    [...found].map(([table, rows]) => [table, [...rows.values()].toSorted((a, b) => a.seq - b.seq)]),
  );
};
