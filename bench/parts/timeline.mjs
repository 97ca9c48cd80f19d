/** Reading the whole timeline in pages. */
import { contest } from '../harness/contest.mjs';
import { lineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';

/** What a stream is sent in. */
const PAGE_SIZE = 500;

export async function run({ postgres, pace, profileTo }) {
  progress(`timeline, ${pace.timelineEvents} events in pages of ${PAGE_SIZE}`);
  const options = { ...(await postgres.createMigrated()), pageSize: PAGE_SIZE };
  const entrants = [
    { name: 'Stageline', module: 'stageline-timeline', options: { ...options, eventCount: pace.timelineEvents } },
    { name: 'bare pg', module: 'pg-timeline', options },
  ];
  const rounds = await contest(entrants, {
    task: { seconds: pace.seconds },
    warmUp: { seconds: pace.warmUpSeconds },
    rounds: pace.rounds,
    profileTo,
    databasePid: postgres.pid,
  });
  const measured = `reading ${pace.timelineEvents.toLocaleString('en')} events in pages of ${PAGE_SIZE}`;
  const line = { measured, peer: 'bare pg in the same pages', required: 0.7, unit: 'events/s' };
  return [lineOf(line, rounds.Stageline, rounds['bare pg'])];
}
