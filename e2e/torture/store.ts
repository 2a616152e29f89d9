/** The parts of the store that a torture run opens files with; bundled, because the migrations are bundled as text. */
export { commandSchema } from '../../main/core/commands/types.ts';
export { openCacheReader } from '../../main/core/store/cache-reader.ts';
export { openCacheWriter } from '../../main/core/store/cache-writer.ts';
export { migrate, schemaVersion } from '../../main/core/store/migrate.ts';
export { openDatabase } from '../../main/core/store/open.ts';
export { checksumOf, OUTBOX_TABLES } from '../../main/core/store/outbox-rows.ts';
export { openOutbox } from '../../main/core/store/outbox.ts';
export { migrationsOf } from '../../main/core/store/schema.ts';
