/** Contestants that take turns: A B C, A B C, so that whatever else the machine does meets all of them. */
import { openContestant } from './contestant.mjs';
import { progress } from './progress.mjs';

/**
 * Opens the entrants, lets each warm up, then measures `rounds` rounds of each in turn; answers lists of rounds by entrant name. An
 * entrant is `{ name, module, options }`; each is asked for `round(task)`.
 */
export async function contest(entrants, { task, warmUp, rounds, profileTo }) {
  const open = [];
  try {
    for (const { name, module, options, env } of entrants) {
      open.push({ name, contestant: await openContestant(module, options, { env, profileTo }), rounds: [] });
    }
    for (const { contestant } of open) await contestant.call('round', { ...task, ...warmUp });
    for (let round = 0; round < rounds; round += 1) {
      for (const entrant of open) entrant.rounds.push(await entrant.contestant.call('round', task));
      progress(describe(open, round, rounds));
    }
    for (const { contestant } of open) await contestant.close();
  } finally {
    for (const { contestant } of open) contestant.kill();
  }
  return Object.fromEntries(open.map((entrant) => [entrant.name, entrant.rounds]));
}

function describe(open, round, rounds) {
  const each = open.map(({ name, rounds: done }) => {
    const { perSecond, p99Ms, cpuMicros } = done.at(-1);
    return `${name} ${perSecond.toFixed(0)}/s (p99 ${p99Ms.toFixed(1)} ms, ${cpuMicros.toFixed(0)} µs cpu)`;
  });
  return `  ${round + 1}/${rounds}: ${each.join(', ')}`;
}
