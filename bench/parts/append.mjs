/** Appending one event with its expected version; ours with the receipt of its answer as well. */
import { contest } from '../harness/contest.mjs';
import { lineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';

const REQUIRED = {
  8: { Emmett: 2.5, castore: 1.3, 'bare INSERT': 1.0 },
  32: { Emmett: 5, castore: 3, 'bare INSERT': 1.5 },
};

export async function run({ postgres, pace, profileTo }) {
  const lines = [];
  for (const callers of [8, 32]) {
    progress(`append, ${callers} callers`);
    const rounds = await contest(await entrants(postgres, callers), {
      task: { callers, seconds: pace.seconds },
      warmUp: { seconds: pace.warmUpSeconds },
      rounds: pace.rounds,
      profileTo,
      databasePid: postgres.pid,
    });
    for (const [peer, required] of Object.entries(REQUIRED[callers])) {
      const measured = `append of one event with expected version and receipt, ${callers} callers`;
      lines.push(lineOf({ measured, peer, required, unit: 'events/s' }, rounds.Stageline, rounds[peer]));
    }
  }
  return lines;
}

async function entrants(postgres, callers) {
  const plain = await postgres.createDatabase();
  return [
    { name: 'Stageline', module: 'stageline-append', options: await postgres.createMigrated() },
    {
      name: 'Emmett',
      module: 'emmett-append',
      options: { ...(await postgres.createDatabase()), connections: callers },
    },
    { name: 'castore', module: 'castore-append', options: plain },
    { name: 'bare INSERT', module: 'insert-append', options: { ...plain, connections: callers } },
  ];
}
