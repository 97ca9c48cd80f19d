import { invalidInput } from './invalid-input.js';
import { isMoment } from './field-rules.js';

/** How far a caller's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5_000;

type HeaderValue = string | readonly string[] | undefined;

/**
 * Reads `If-Match`: `"7"`, `W/"7"` or `7` is the expected version; `*` and nothing expect none.
 *
 * @throws DomainError `invalid-input`
 */
export function expectedVersionIn(header: HeaderValue): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const digits = typeof header === 'string' ? /^(?:W\/)?"(\d{1,15})"$|^(\d{1,15})$/.exec(header.trim()) : null;
  const version = digits?.[1] ?? digits?.[2];
  if (version !== undefined) return Number(version);
  throw invalidHeader('If-Match', 'must be one version, as the ETag has it, such as "7"; or *.');
}

/**
 * Reads `X-Occurred-At`, to UTC. A moment up to five seconds ahead of `now` counts as `now`.
 *
 * @throws DomainError `invalid-input`
 */
export function occurredAtIn(header: HeaderValue, now: string): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !isMoment(header)) {
    throw invalidHeader('X-Occurred-At', 'must be a moment in ISO 8601 with its offset, such as 2026-01-31T09:30:00Z.');
  }
  const occurredAt = new Date(header).toISOString();
  if (Date.parse(occurredAt) > Date.parse(now) + CLOCK_SKEW_MS) {
    throw invalidHeader('X-Occurred-At', `must not be in the future: it is ${now} now.`);
  }
  return occurredAt > now ? now : occurredAt;
}

/** Reads `Idempotency-Key`. @throws DomainError `invalid-input` */
export function idempotencyKeyIn(header: HeaderValue): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw invalidHeader('Idempotency-Key', 'must be 1 to 255 printable ASCII characters.');
}

/** Reads `?dry_run=`. @throws DomainError `invalid-input` */
export function dryRunIn(value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalidInput([{ pointer: '/dry_run', in: 'query', detail: 'must be true or false.' }]);
}

function invalidHeader(name: string, detail: string) {
  return invalidInput([{ pointer: `/${name}`, in: 'header', detail }]);
}
