/** The connection as the window shows it: one answer, replaced by each event. */
import type { Connection } from '../../contract/model.ts';
import { useCall } from './queries.ts';

export const useConnection = (): Connection | null =>
  useCall('connection.get', {}, { topics: ['connection'] }).data ?? null;
