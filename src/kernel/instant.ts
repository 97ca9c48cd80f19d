/** The instant so many seconds after a given one, both ISO 8601 in UTC to the millisecond, so that they sort as text. */
export function addSeconds(instant: string, seconds: number): string {
  // eslint-disable-next-line no-restricted-globals -- Calendar arithmetic on a given instant; no clock is read.
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

/** Milliseconds from one instant to another. */
export function millisecondsBetween(from: string, to: string): number {
  // eslint-disable-next-line no-restricted-globals -- Calendar arithmetic on given instants; no clock is read.
  return Date.parse(to) - Date.parse(from);
}
