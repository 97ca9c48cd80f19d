/** Rebuilding the run read model from few and from many events, the service serving meanwhile. */
import { costed } from '../harness/cpu-time.mjs';
import { openContestant } from '../harness/contestant.mjs';
import { costLineOf, lineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';
import { ADMIN_KEY, withStageline } from '../harness/service.mjs';

const REQUIRED_RATIO = 40;
const REQUIRED_GROWTH = 1.3;
const ROUNDS = 3;

export async function run({ postgres, pace, profileTo }) {
  const database = await postgres.createMigrated();
  const runs = await openContestant('stageline-runs', database);
  const emmett = await openContestant('emmett-rebuild', database);
  try {
    const measured = [];
    for (const events of pace.rebuildEvents) {
      progress(`rebuild, ${events} events`);
      await runs.call('fillTo', events);
      await emmett.call('copy');
      measured.push({ events, ...(await rounds({ database, databasePid: postgres.pid, emmett, pace, profileTo })) });
    }
    return [...measured.map(besideEmmett), growth(measured)];
  } finally {
    runs.kill();
    emmett.kill();
  }
}

function rounds({ database, databasePid, emmett, pace, profileTo }) {
  return withStageline({ ...database, profileTo }, async ({ url, pid }) => {
    const stageline = await openContestant('stageline-rebuild', { url, key: ADMIN_KEY });
    const results = { ours: [], theirs: [] };
    try {
      await stageline.call('round'); // Warms up the service, as the other contests do.
      for (let round = 0; round < ROUNDS; round += 1) {
        results.ours.push(await costed([databasePid, pid], () => stageline.call('round')));
        results.theirs.push(
          await costed([databasePid, emmett.pid], () => emmett.call('round', { atMostSeconds: pace.rebuildSeconds })),
        );
        progress(`  ${round + 1}/${ROUNDS}: ${rates(results)}`);
      }
    } finally {
      stageline.kill();
    }
    return results;
  });
}

function rates({ ours, theirs }) {
  return `Stageline ${ours.at(-1).perSecond.toFixed(0)}/s, Emmett ${theirs.at(-1).perSecond.toFixed(0)}/s`;
}

function besideEmmett({ events, ours, theirs }) {
  const measured = `rebuild of the run read model from ${events.toLocaleString('en')} events`;
  return lineOf({ measured, peer: "Emmett's rebuild", required: REQUIRED_RATIO, unit: 'events/s' }, ours, theirs);
}

function growth([few, many]) {
  const micros = ({ perSecond }) => 1e6 / perSecond;
  const line = {
    measured: `cost of an event in a rebuild from ${many.events.toLocaleString('en')} events`,
    peer: `from ${few.events.toLocaleString('en')} events`,
    required: REQUIRED_GROWTH,
    unit: 'µs',
    value: micros,
  };
  return costLineOf(line, many.ours, few.ours);
}
