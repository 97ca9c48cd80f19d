/** A command with its inline read models, in process. */
import { contest } from '../harness/contest.mjs';
import { lineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';

const CALLERS = 8;

export async function run({ postgres, pace, profileTo }) {
  progress(`command, ${CALLERS} callers`);
  const rounds = await contest(await entrants(postgres), {
    task: { callers: CALLERS, seconds: pace.seconds },
    warmUp: { seconds: pace.warmUpSeconds },
    rounds: pace.rounds,
    profileTo,
    databasePid: postgres.pid,
  });
  const line = (asked, peer, required) =>
    lineOf(
      {
        measured: `command with its inline read models, ${CALLERS} callers: ${asked}`,
        peer,
        required,
        unit: 'commands/s',
      },
      rounds[asked],
      rounds[peer],
    );
  return [
    line('record facts', 'Emmett, append with one inline projection', 2.5),
    line('complete or reopen a milestone', 'Emmett, append with one inline projection'),
    line('record facts', 'Emmett, command handler with one inline projection'),
  ];
}

async function entrants(postgres) {
  const emmett = async (reads) => ({ ...(await postgres.createDatabase()), connections: CALLERS, reads });
  const stageline = async (ask) => ({ ...(await postgres.createMigrated()), ask });
  return [
    { name: 'record facts', module: 'stageline-command', options: await stageline('facts') },
    { name: 'Emmett, append with one inline projection', module: 'emmett-command', options: await emmett(false) },
    { name: 'complete or reopen a milestone', module: 'stageline-command', options: await stageline('milestones') },
    {
      name: 'Emmett, command handler with one inline projection',
      module: 'emmett-command',
      options: await emmett(true),
    },
  ];
}
