/** A day: who asks for longer is asked earlier. */
const LONGEST_WAIT_SECONDS = 86_400;

/** What `Retry-After` says: seconds, or a date (RFC 9110, 10.2.3), a day at most; undefined where it says neither. */
export function retryAfterSeconds(given = ''): number | undefined {
  const seconds = /^\d{1,10}$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), LONGEST_WAIT_SECONDS);
}
