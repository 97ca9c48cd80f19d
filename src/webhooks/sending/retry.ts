import { backoffSeconds } from '../../kernel/backoff.js';

/** What the operator says of deliveries that fail. */
export type RetrySettings = Readonly<{ attempts: number; backoffSeconds: number }>;

/** How a failed attempt goes on; `restSeconds`: the receiver asked that nothing be sent to the webhook for so long. */
export type Retry = Readonly<{ waitSeconds: number; restSeconds: number | null; mostAttempts: number }>;

/** No failed attempt waits longer for the next, unless the receiver asks for it. */
const LONGEST_WAIT_SECONDS = 14_400;

/**
 * How failure number `failedCount` of a delivery goes on, where the receiver asked for so many seconds, or for nothing. The delivery never waits
 * shorter than its backoff: who asks to be tried again at once would use up all attempts in a minute. The others rest as long as was asked for.
 * `chance` is between 0 and 1.
 */
export function retryAfter(
  asked: number | undefined,
  failedCount: number,
  settings: RetrySettings,
  chance: number,
): Retry {
  const limits = { base_seconds: settings.backoffSeconds, max_seconds: LONGEST_WAIT_SECONDS };
  const waitSeconds = Math.max(asked ?? 0, backoffSeconds(limits, failedCount, chance));
  return { waitSeconds, restSeconds: asked ?? null, mostAttempts: settings.attempts };
}
