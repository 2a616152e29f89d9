/** Who signs in to the fake server. */
export const TOKEN = 'token-of-the-benchmark';
export const ACCOUNT = 3;
export const USER = 12;
