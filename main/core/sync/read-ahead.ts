/** Asks for what comes next in a list before what is at hand is dealt with, so that the way to the server is never idle. */

/** Pages to ask for when so many may be under way: one more, to start the moment that one of them ends. */
export const pagesAhead = (atOnce: number): number => atOnce + 1;

/**
 * Answers the first of what it is given and asks for the others meanwhile. What was asked for is not asked for
 * again; what nobody comes back for is forgotten with the function.
 */
export const readAhead = <P, T>(ask: (wanted: P) => Promise<T>, keyOf: (wanted: P) => string | number) => {
  const under = new Map<string | number, Promise<T>>();
  return (wanted: readonly [P, ...P[]]): Promise<T> => {
    const [first] = wanted;
    for (const one of wanted) if (!under.has(keyOf(one))) under.set(keyOf(one), ask(one));
    const answer = under.get(keyOf(first)) ?? ask(first);
    under.delete(keyOf(first));
    return answer;
  };
};
