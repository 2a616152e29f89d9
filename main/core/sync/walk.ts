/** Walking the pages of a list to its end, whatever page size the server has and whatever moves meanwhile. */

export type Walk = {
  /** Next page to ask for. */
  page: number;
  /** Rows of page 1: the server's page size, if the list is longer than that. */
  size: number | null;
  /** Server's own count of the list. */
  all: number | null;
  rows: number;
  done: boolean;
  /** Pages in a row that brought nothing new. */
  barren: number;
};

export const beginWalk = (page = 1): Walk => ({
  page,
  size: null,
  all: null,
  rows: 0,
  done: false,
  barren: 0,
});

export type WalkedPage = {
  rows: number;
  /** Ids not seen before in this walk. */ fresh: number;
  all: number | null;
};

/** After a page came. Ends at an empty or short page, or when pages repeat (a server that ignores `page`). */
export const walked = (walk: Walk, page: WalkedPage): Walk => {
  const size = walk.size ?? (page.rows > 0 ? page.rows : null);
  const all = page.all ?? walk.all;
  const rows = walk.rows + page.rows;
  const barren = page.fresh === 0 ? walk.barren + 1 : 0;
  const short = size !== null && page.rows < size;
  const complete = walk.page === 1 && all !== null && all <= page.rows;
  return {
    page: walk.page + 1,
    size,
    all,
    rows,
    barren,
    done: page.rows === 0 || short || complete || barren >= 2,
  };
};

/** Pages that may be asked for at the same time, the next first. */
export const nextPages = (walk: Walk, atOnce: number): [number, ...number[]] => {
  const last = walk.all !== null && walk.size !== null ? Math.ceil(walk.all / walk.size) : walk.page;
  const pages: [number, ...number[]] = [walk.page];
  for (let page = walk.page + 1; pages.length < atOnce && page <= last; page += 1) pages.push(page);
  return pages;
};
