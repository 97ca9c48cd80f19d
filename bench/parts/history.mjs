/** One command on a run with a short and with a long history. */
import { contest } from '../harness/contest.mjs';
import { costLineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';

const SHORT = 10;
const LONG = 10_000;

export async function run({ postgres, pace, profileTo }) {
  progress(`history, runs of ${SHORT} and of ${LONG} events`);
  const database = await postgres.createMigrated();
  const entrant = (name, length, isCold) => ({
    name,
    module: 'stageline-history',
    options: { ...database, length, isCold },
  });
  const rounds = await contest(
    [
      entrant('long, remembered', LONG, false),
      entrant('short, remembered', SHORT, false),
      entrant('long, forgotten', LONG, true),
      entrant('short, forgotten', SHORT, true),
    ],
    { task: {}, warmUp: {}, rounds: pace.rounds, profileTo, databasePid: postgres.pid },
  );
  const line = (how, required) =>
    costLineOf(
      {
        measured: `one command on a run with ${LONG.toLocaleString('en')} events, ${how} by the process`,
        peer: `with ${SHORT} events`,
        required,
        unit: 'ms',
        value: ({ p50Ms }) => p50Ms,
      },
      rounds[`long, ${how}`],
      rounds[`short, ${how}`],
    );
  return [line('remembered', 1.3), line('forgotten')];
}
