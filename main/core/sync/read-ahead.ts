/** Asks for the next pages of a list before the one at hand is dealt with, so that the way to the server is never idle. */

/**
 * Answers the first of the pages it is given and asks for the others meanwhile. A page that was asked for is
 * not asked for again; one that nobody comes back for is forgotten with the function.
 */
export const readAhead = <T>(ask: (page: number) => Promise<T>) => {
  const under = new Map<number, Promise<T>>();
  return (pages: readonly [number, ...number[]]): Promise<T> => {
    const [first] = pages;
    for (const page of pages) if (!under.has(page)) under.set(page, ask(page));
    const answer = under.get(first) ?? ask(first);
    under.delete(first);
    return answer;
  };
};
