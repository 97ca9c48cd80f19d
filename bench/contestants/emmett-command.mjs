/**
 * Emmett with one inline projection, in raw SQL, which is its fastest.
 *
 * `reads: false` is less than a command: it only appends, knowing the version. `reads: true` is Emmett's own command handler, which reads
 * the stream first.
 */
import { CommandHandler, projections } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { runCallers } from '../harness/callers.mjs';
import { ownStreams } from './own-streams.mjs';
import { payload } from './payload.mjs';
import { runProjection } from './run-projection.mjs';

export async function open({ connection, url, connections, reads }) {
  const pool = new pg.Pool({ ...connection, max: connections });
  const settings = {
    schema: { autoMigration: 'None' },
    projections: projections.inline([runProjection(['facts.recorded'])]),
  };
  const store = getPostgreSQLEventStore(url, { ...settings, connectionOptions: { pool } });
  await store.schema.migrate();
  const next = ownStreams((id) => `run-${id}`);
  const handle = CommandHandler({ evolve: (state) => state + 1, initialState: () => 0 });
  const work = (caller) => {
    const { streamId, version } = next(caller);
    const event = { type: 'facts.recorded', data: payload(version) };
    if (reads) return handle(store, streamId, () => event);
    return store.appendToStream(streamId, [event], { expectedStreamVersion: BigInt(version) });
  };
  const close = async () => {
    await store.close();
    await pool.end();
  };
  return { round: (task) => runCallers(task, work), close };
}
