/** Contestants that take turns: A B C, A B C, so that whatever else the machine does meets all of them. */
import { openContestant } from './contestant.mjs';
import { costed } from './cpu-time.mjs';
import { progress } from './progress.mjs';

/** Before each round: connections that were closed while the others had their turn are opened again. */
const LEAD_IN_SECONDS = 0.3;

/**
 * Opens the entrants, lets each warm up, then measures `rounds` rounds of each in turn; answers lists of rounds by entrant name. An
 * entrant is `{ name, module, options }`; each is asked to `prepare` and for its `round`. What that costs is counted in the
 * database, whose process is `databasePid`, and in the contestant, or where that is only a client in the process of its `service`.
 */
export async function contest(entrants, { task, warmUp, rounds, profileTo, databasePid }) {
  const open = [];
  try {
    for (const { name, module, options, service } of entrants) {
      open.push({ name, service, contestant: await openContestant(module, options, { profileTo }), rounds: [] });
    }
    for (const { contestant } of open) {
      await contestant.call('prepare', task);
      await contestant.call('round', { ...task, ...warmUp });
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const entrant of open) entrant.rounds.push(await oneRound(entrant, task, databasePid));
      progress(describe(open, round, rounds));
    }
    for (const { contestant } of open) await contestant.close();
  } finally {
    for (const { contestant } of open) contestant.kill();
  }
  return Object.fromEntries(open.map((entrant) => [entrant.name, entrant.rounds]));
}

async function oneRound({ contestant, service }, task, databasePid) {
  await contestant.call('prepare', task);
  if (task.seconds !== undefined) await contestant.call('round', { ...task, seconds: LEAD_IN_SECONDS });
  return costed([databasePid, service ?? contestant.pid], () => contestant.call('round', task));
}

function describe(open, round, rounds) {
  const each = open.map(({ name, rounds: done }) => {
    const { perSecond, p99Ms, cpuMicros } = done.at(-1);
    const cost = cpuMicros === null ? '' : `${cpuMicros.toFixed(0)} µs cpu`;
    const delay = p99Ms === undefined ? '' : `p99 ${p99Ms.toFixed(1)} ms`;
    return `${name} ${perSecond.toFixed(0)}/s (${[delay, cost].filter((part) => part !== '').join(', ')})`;
  });
  return `  ${round + 1}/${rounds}: ${each.join(', ')}`;
}
