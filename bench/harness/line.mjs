/** One line of the table: the median of the ratios of neighbouring rounds, which is steadier than a ratio of medians. */
export function lineOf({ measured, peer, required, unit, value = ({ perSecond }) => perSecond }, ours, theirs) {
  const ratios = ours.map((round, index) => value(round) / value(theirs[index]));
  return {
    measured,
    peer,
    unit,
    ours: median(ours.map(value)),
    theirs: median(theirs.map(value)),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    required: required === undefined ? undefined : { atLeast: required },
  };
}

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Whether a line holds what is required of it; null where nothing is. */
export function isMet({ ratio, required }) {
  if (required === undefined) return null;
  return required.atMost === undefined ? ratio >= required.atLeast : ratio <= required.atMost;
}
