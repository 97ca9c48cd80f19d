/** Emmett's PostgreSQL event store, told that its tables are there, with a pool of the size that serves it best. */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { runCallers } from '../harness/callers.mjs';
import { ownStreams } from './own-streams.mjs';
import { payload } from './payload.mjs';

export async function open({ connection, url, connections }) {
  const pool = new pg.Pool({ ...connection, max: connections });
  const store = getPostgreSQLEventStore(url, { schema: { autoMigration: 'None' }, connectionOptions: { pool } });
  await store.schema.migrate();
  const next = ownStreams((id) => `run-${id}`);
  const work = (caller) => {
    const { streamId, version } = next(caller);
    const event = { type: 'facts.recorded', data: payload(version) };
    return store.appendToStream(streamId, [event], { expectedStreamVersion: BigInt(version) });
  };
  const close = async () => {
    await store.close();
    await pool.end();
  };
  return { round: (task) => runCallers(task, work), close };
}
