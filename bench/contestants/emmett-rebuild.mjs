/**
 * Emmett's rebuild of a projection in raw SQL, an event at a time as it does, on copies of the same events in the same database.
 *
 * The best settings found: no pause between batches, and 5,000 events to each. It has no index on what it sorts by, so each batch sorts
 * all that is left: smaller ones do so more often, larger ones make its transactions slow.
 */
import { getPostgreSQLEventStore, rebuildPostgreSQLProjections } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { runCatalogue } from '../../dist/src/runs/run.events.js';
import { runProjection } from './run-projection.mjs';

const BATCH_SIZE = 5000;

const COPY = `insert into emt_messages
    (stream_position, transaction_id, stream_id, message_schema_version, message_id, message_type, message_data, message_metadata)
  select e.stream_version, pg_current_xact_id(), 'run-' || e.stream_id, '1', e.id::text, e.event_type, e.detail, '{}'
  from stageline.sealed_events l join stageline.stage_events e using (stream_id, stream_version)
  where e.stream_type = 'pipeline_run' and l.position > $1 order by l.position`;

/** Away from Stageline's schema, which is named as the login is. */
const IN_PUBLIC = '-c search_path=public';

export async function open({ url }) {
  const connectionString = `${url}&options=${encodeURIComponent(IN_PUBLIC)}`;
  const pool = new pg.Pool({ connectionString });
  const store = getPostgreSQLEventStore(connectionString);
  await store.schema.migrate();
  let copiedTo = 0;
  let roundCount = 0;
  /** Takes over what was sealed since; answers how many messages there are. */
  const copy = async () => {
    await pool.query(COPY, [copiedTo]);
    copiedTo = (await pool.query('select last_position from stageline.seal_state')).rows[0].last_position;
    await pool.query('vacuum analyze emt_messages');
    return Number((await pool.query('select count(*) from emt_messages')).rows[0].count);
  };
  /** Rebuilds for at most so long; what it did by then gives its rate. */
  const round = async ({ atMostSeconds }) => {
    await pool.query('drop table if exists runs');
    let count = 0;
    const projection = runProjection(Object.keys(runCatalogue), () => (count += 1));
    const rebuild = rebuildPostgreSQLProjections({
      connectionString,
      pulling: { batchSize: BATCH_SIZE, pullingFrequencyInMs: 0 },
      projections: [{ projection, processorId: `round-${(roundCount += 1)}` }],
    });
    const began = performance.now();
    const late = setTimeout(() => void rebuild.stop(), atMostSeconds * 1000);
    await rebuild.start();
    clearTimeout(late);
    const seconds = (performance.now() - began) / 1000;
    await rebuild.close();
    return { count, perSecond: count / seconds };
  };
  const close = async () => {
    await store.close();
    await pool.end();
  };
  return { copy, round, close };
}
