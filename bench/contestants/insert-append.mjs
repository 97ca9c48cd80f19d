/** The floor to measure against: one prepared INSERT a call. */
import { runCallers } from '../harness/callers.mjs';
import { openEvents } from './event-table.mjs';
import { ownStreams } from './own-streams.mjs';
import { payload } from './payload.mjs';

export async function open({ connection, connections }) {
  const events = await openEvents(connection, connections);
  const next = ownStreams();
  const work = (caller) => {
    const { streamId, version } = next(caller);
    return events.insert(streamId, version + 1, payload(version));
  };
  return { round: (task) => runCallers(task, work), close: events.close };
}
