/** Jobs beside those of graphile-worker and pg-boss: adding them, doing them, picking one up. */
import { contest } from '../harness/contest.mjs';
import { costLineOf, lineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';

const PEERS = ['graphile-worker', 'pg-boss'];
const AHEAD = { above: 1 };
const LEVEL = 1;

export async function run({ postgres, pace, profileTo }) {
  const lines = [];
  for (const { measured, task, required, connections, values = [{}] } of measurements(pace)) {
    progress(`jobs: ${measured}`);
    const rounds = await contest(await entrants(postgres, { connections, isTold: task.what === 'pickUp' }), {
      task,
      warmUp: task.seconds === undefined ? {} : { seconds: pace.warmUpSeconds },
      rounds: pace.rounds,
      profileTo,
      databasePid: postgres.pid,
    });
    for (const { named = measured, ...how } of values)
      for (const peer of PEERS) lines.push(lineFor({ measured: named, peer, required, ...how }, rounds));
  }
  return lines;
}

function measurements({ seconds, jobs }) {
  const add = { measured: 'adding jobs, one a call', required: AHEAD };
  const drain = { required: LEVEL, connections: 10 };
  const pickUp = 'a job on an idle worker, from the call that adds it to its handler';
  return [
    { ...add, measured: `${add.measured}, 1 caller`, connections: 1, task: { what: 'add', callers: 1, seconds } },
    { ...add, measured: `${add.measured}, 8 callers`, connections: 8, task: { what: 'add', callers: 8, seconds } },
    { ...add, measured: 'adding jobs, 1,000 a call', connections: 1, task: { what: 'addMany', seconds } },
    { ...drain, measured: 'doing jobs, one by one, 10 at once', task: { what: 'drain', way: 'one', jobs: jobs.one } },
    { ...drain, measured: 'doing jobs, in batches', task: { what: 'drain', way: 'batches', jobs: jobs.batches } },
    {
      measured: pickUp,
      connections: 2,
      task: { what: 'pickUp', jobs: jobs.pickUp },
      values: [
        { named: `p50 of ${pickUp}`, unit: 'ms', value: ({ p50Ms }) => p50Ms },
        { named: `p99 of ${pickUp}`, unit: 'ms', value: ({ p99Ms }) => p99Ms },
      ],
    },
  ];
}

function lineFor({ value, unit = 'jobs/s', ...line }, rounds) {
  const compared = value === undefined ? lineOf : costLineOf;
  return compared({ ...line, unit, ...(value === undefined ? {} : { value }) }, rounds.Stageline, rounds[line.peer]);
}

async function entrants(postgres, how) {
  const peers = PEERS.map(async (name) => ({
    name,
    module: `${name}-jobs`,
    options: { ...(await postgres.createDatabase()), ...how },
  }));
  const ours = { name: 'Stageline', module: 'stageline-jobs', options: await postgres.createMigrated() };
  return [ours, ...(await Promise.all(peers))];
}
