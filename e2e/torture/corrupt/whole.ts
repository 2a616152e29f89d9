/** Which rows of a damaged database still lie whole in its bytes, in the place of a row. Independent of the salvage that it judges. */

const PAGE = 4096;
/** From the start of a row to its body: lengths, id, conversation, state, time. */
const BEFORE_BODY = 130;

/** Start of the page image that holds this place. */
const imageAt = (at: number, log: boolean): number =>
  log ? 32 + Math.floor((at - 32) / (PAGE + 24)) * (PAGE + 24) + 24 : Math.floor(at / PAGE) * PAGE;

/** Space that SQLite has freed may hold old copies; a row is what the list of its page points to. */
const isRow = (bytes: Buffer, at: number, log: boolean): boolean => {
  const start = imageAt(at, log);
  const page = bytes.subarray(start, start + PAGE);
  const head = start === 0 ? 100 : 0;
  if (page[head] !== 13) return false;
  const cells = page.readUInt16BE(head + 3);
  for (let cell = 0; cell < cells && head + 10 + cell * 2 <= page.length; cell++) {
    const from = at - start - page.readUInt16BE(head + 8 + cell * 2);
    if (from > 0 && from < BEFORE_BODY) return true;
  }
  return false;
};

/** @param log the bytes are a WAL */
export const holdsRow = (bytes: Buffer, body: Buffer, log: boolean): boolean => {
  for (let at = bytes.indexOf(body); at >= 0; at = bytes.indexOf(body, at + 1))
    if (isRow(bytes, at, log)) return true;
  return false;
};
