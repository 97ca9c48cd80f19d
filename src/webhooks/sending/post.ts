import { type AllowedHosts } from '../../platform/outbound/allowed-addresses.js';
import { exchangeHead } from '../../platform/outbound/http-exchange.js';
import { retryAfterSeconds } from '../../platform/outbound/retry-after.js';
import { wordsOf } from '../../platform/outbound/words-of.js';
import { SOFTWARE_VERSION } from '../../platform/software-version.js';
import type { Receiver } from '../webhook-secrets.js';
import { type Signed, signedHeaders } from './signature.js';

/** What became of one attempt. `error` is null where the receiver took the message; it holds no part of the URL but the host. */
export type Posted = Readonly<{
  status: number | null;
  error: string | null;
  /** The wait that the receiver asked for. */
  retryAfterSeconds: number | undefined;
}>;

/** How long a receiver may take, from the look-up of its name to the end of its answer's headers. */
export const TIMEOUT_MS = 10_000;

/** Of an answer's body no more is read. */
const MAX_ANSWER_BYTES = 16_384;
const MAX_ERROR_LENGTH = 500;

type Circumstances = Readonly<{ allowed: AllowedHosts; signal: AbortSignal; timeoutMs?: number }>;

/** Posts one message, once. Whatever happens is an answer; it throws nothing. */
export async function post(
  { url, secrets }: Receiver,
  message: Signed,
  { allowed, signal, timeoutMs = TIMEOUT_MS }: Circumstances,
): Promise<Posted> {
  const tooLate = AbortSignal.timeout(timeoutMs);
  const headers = {
    ...signedHeaders(message, secrets),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(message.body),
    'user-agent': `Stageline/${SOFTWARE_VERSION}`,
  };
  const outgoing = {
    url: new URL(url),
    method: 'POST',
    headers,
    body: message.body,
    allowed,
    maxBytes: MAX_ANSWER_BYTES,
  };
  try {
    const answer = await exchangeHead(outgoing, AbortSignal.any([signal, tooLate]));
    return judged(answer.status, retryAfterSeconds(answer.headers['retry-after']));
  } catch (error) {
    const words = tooLate.aborted ? `It did not answer within ${String(timeoutMs / 1000)} s.` : wordsOf(error);
    return { status: null, error: words.slice(0, MAX_ERROR_LENGTH), retryAfterSeconds: undefined };
  }
}

function judged(status: number, wait: number | undefined): Posted {
  if (status >= 200 && status < 300) return { status, error: null, retryAfterSeconds: undefined };
  const hint = status >= 300 && status < 400 ? ' Redirects are not followed: give the webhook the address itself.' : '';
  return { status, error: `It answered ${String(status)}.${hint}`, retryAfterSeconds: wait };
}
