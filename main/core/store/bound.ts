/**
 * Parameters in places where SQLite compiles a statement anew at every run, in case another value had given a better
 * plan: LIMIT, and columns of an index that are compared with more than one. Inside a cast it does not look at them.
 * That is worth about 30 µs for each page of a lane, thirty times what the page itself takes when it is empty.
 */
export const BOUND_TEXT = 'CAST(? AS TEXT)';
export const BOUND_INTEGER = 'CAST(? AS INTEGER)';
