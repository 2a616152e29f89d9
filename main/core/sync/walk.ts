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

/** By the server's own count; null when it does not count. */
const lastPage = ({ all, size }: Pick<Walk, 'all' | 'size'>): number | null =>
  all === null || size === null ? null : Math.ceil(all / size);

/**
 * After a page came. Ends at an empty or short page, or when pages repeat (a server that ignores `page`): but not
 * before the page that the count says is the last, since a list that moves down as fast as it is read looks the same.
 */
export const walked = (walk: Walk, page: WalkedPage): Walk => {
  const size = walk.size ?? (page.rows > 0 ? page.rows : null);
  const all = page.all ?? walk.all;
  const rows = walk.rows + page.rows;
  const barren = page.fresh === 0 ? walk.barren + 1 : 0;
  const short = size !== null && page.rows < size;
  const complete = walk.page === 1 && all !== null && all <= page.rows;
  const repeats = barren >= 2 && walk.page >= (lastPage({ all, size }) ?? 0);
  return {
    page: walk.page + 1,
    size,
    all,
    rows,
    barren,
    done: page.rows === 0 || short || complete || repeats,
  };
};

/** Pages that may be asked for at the same time, the next first. */
export const nextPages = (walk: Walk, atOnce: number): [number, ...number[]] => {
  const last = lastPage(walk) ?? walk.page;
  const pages: [number, ...number[]] = [walk.page];
  for (let page = walk.page + 1; pages.length < atOnce && page <= last; page += 1) pages.push(page);
  return pages;
};
