/** castore's PostgreSQL adapter: it brings its own client, with ten connections that pipeline, and offers no other number. */
import { runCallers } from '../harness/callers.mjs';
import { ownStreams } from './own-streams.mjs';
import { payload } from './payload.mjs';

export async function open({ connection }) {
  // Its client takes the folder of a socket from here alone.
  Object.assign(process.env, { PGHOST: connection.host, PGPORT: String(connection.port), PGUSER: connection.user });
  const { PostgresEventStorageAdapter } = await import('@castore/event-storage-adapter-postgres');
  const connectionString = `postgresql:///${connection.database}`;
  await PostgresEventStorageAdapter.createEventTable({ connectionString });
  const adapter = new PostgresEventStorageAdapter({ connectionString });
  const next = ownStreams();
  const work = (caller) => {
    const { streamId, version } = next(caller);
    const event = { aggregateId: streamId, version: version + 1, type: 'facts.recorded', payload: payload(version) };
    return adapter.pushEvent(event, { eventStoreId: 'runs' });
  };
  return { round: (task) => runCallers(task, work), close: () => Promise.resolve() };
}
