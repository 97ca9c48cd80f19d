/** Reads the whole timeline in the pages that streams are sent in, over and over. */
import { TimelineReader } from '../../dist/src/platform/event-store/timeline-reader.js';
import { query } from '../harness/postgres.mjs';
import { readPages } from './pages.mjs';
import { appendRuns, sealAll } from './run-histories.mjs';
import { caller, openStageline } from './stageline.mjs';

/** Puts `eventCount` events there where it is to `fill`. */
export async function open({ connection, pageSize, eventCount }) {
  const stageline = await openStageline(connection);
  if (eventCount !== undefined) await appendRuns(stageline, eventCount);
  await sealAll(stageline);
  await query(connection, 'vacuum analyze'); // What autovacuum would have done by the time somebody reads this much.
  const reader = stageline.get(TimelineReader);
  const readPage = async (after) => {
    const { events, next } = await reader.read(caller.tenantId, { after, limit: pageSize });
    return { count: events.length, next };
  };
  return { round: (task) => readPages(task, pageSize, readPage), close: stageline.close };
}
