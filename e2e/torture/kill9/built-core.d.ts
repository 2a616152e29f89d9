/** Stands for the bundle of the app's core that is tortured (see bundle.ts). */
declare module 'virtual:built-core' {
  export const createCore: unknown;
}
