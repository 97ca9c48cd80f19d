/** Lines of the table, from rounds that took turns. */

const perSecond = (round) => round.perSecond;

/**
 * Ours beside theirs, where more is better: the median of the ratios of neighbouring rounds, which is steadier than a ratio of medians.
 * `value` takes the figure from a round; by default what was done in a second. `required` is the least ratio, or `{ above }` one that it must exceed.
 */
export function lineOf({ value = perSecond, required, ...line }, ours, theirs) {
  return {
    ...compared(value, ours, theirs),
    ...line,
    required: typeof required === 'number' ? { atLeast: required } : required,
  };
}

/** The same where less is better. */
export function costLineOf({ value, required, ...line }, ours, theirs) {
  return {
    ...compared(value, ours, theirs),
    ...line,
    required: required === undefined ? undefined : { atMost: required },
  };
}

/** A delay beside the limit it must keep to: the p99 of the median round, and its part of the limit. */
export function limitLineOf({ limit, ...line }, rounds) {
  const delays = rounds.map(({ p99Ms }) => p99Ms);
  const rate = median(rounds.map(perSecond));
  return {
    ...line,
    peer: `limit of ${limit} ms, at ${Math.round(rate)} events/s reached`,
    ours: median(delays),
    theirs: limit,
    ratio: median(delays) / limit,
    spread: [Math.min(...delays) / limit, Math.max(...delays) / limit],
    required: { atMost: 1 },
    cpu: [median(rounds.map(({ cpuMicros }) => cpuMicros)), null],
  };
}

/** Whether a line holds what is required of it; null where nothing is. */
export function isMet({ ratio, required }) {
  if (required === undefined) return null;
  if (required.atMost !== undefined) return ratio <= required.atMost;
  return required.above === undefined ? ratio >= required.atLeast : ratio > required.above;
}

function compared(value, ours, theirs) {
  const cost = (rounds) =>
    rounds.some(({ cpuMicros }) => cpuMicros === null) ? null : median(rounds.map(({ cpuMicros }) => cpuMicros));
  const ratios = ours.map((round, index) => value(round) / value(theirs[index]));
  return {
    ours: median(ours.map(value)),
    theirs: median(theirs.map(value)),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    cpu: [cost(ours), cost(theirs)],
  };
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
