/** The migrations of both databases, bundled as text so that the packaged app needs no loose files. */
import { migrationsFrom, type Migration } from './migrate.ts';

export type DatabaseKind = 'cache' | 'outbox';

const files: Record<DatabaseKind, Record<string, string>> = {
  cache: import.meta.glob<string>('./migrations/cache/*.sql', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
  outbox: import.meta.glob<string>('./migrations/outbox/*.sql', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
};

/** The numbered steps of a kind of database, oldest first. */
export const migrationsOf = (kind: DatabaseKind): Migration[] => migrationsFrom(files[kind]);
