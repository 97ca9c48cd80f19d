/** Milliseconds from one instant to a later one; 0 where the callers' words put the end before the beginning. Both are ISO 8601. */
export function elapsedMs(from: string, to: string): number {
  // eslint-disable-next-line no-restricted-globals -- Calendar arithmetic on given instants; no clock is read.
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
