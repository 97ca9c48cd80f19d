/** Fills a database with sealed runs. */
import { query } from '../harness/postgres.mjs';
import { appendRuns, sealAll } from './run-histories.mjs';
import { openStageline } from './stageline.mjs';

export async function open({ connection }) {
  const stageline = await openStageline(connection);
  let events = 0;
  /** Goes on until there are so many events. */
  const fillTo = async (eventCount) => {
    events += await appendRuns(stageline, eventCount - events);
    await sealAll(stageline);
    await query(connection, 'vacuum analyze'); // What autovacuum would have done by the time somebody rebuilds this much.
  };
  return { fillTo, close: stageline.close };
}
