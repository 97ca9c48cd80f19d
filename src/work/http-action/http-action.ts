/**
 * The action `http`: one request, its answer as the node's output.
 *
 *   2xx                   done: {status, headers, body}
 *   408, 425, 429, 5xx    tried again; when, the other side may say (Retry-After)
 *   3xx, other 4xx        failed for good: redirects are not followed, so that what was checked is what is called
 *   no answer in time, or no connection    tried again
 *
 * Every attempt sends the same Idempotency-Key. A crash after the request was sent makes another attempt: who is called must know the key, or
 * stand being called twice.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Secrets } from '../../platform/config/secrets.js';
import type { AllowedHosts } from '../../platform/outbound/allowed-addresses.js';
import { type Answer, exchange } from '../../platform/outbound/http-exchange.js';
import { OutboundRefusal } from '../../platform/outbound/outbound-refusal.js';
import { retryAfterSeconds } from '../../platform/outbound/retry-after.js';
import { wordsOf } from '../../platform/outbound/words-of.js';
import { JobFailure, hopeless, type Runner, type Work } from '../worker/runner.js';
import { type HttpCall, httpCallOf } from './http-call.js';
import { MAX_ANSWER_BYTES, outputOf } from './http-output.js';
import { concealed, concealedJson, reveal, type Revealed } from './secrets.js';

/** What the operator says of outward calls. */
export type HttpActionSettings = Readonly<{ allowed: AllowedHosts; secrets: Secrets }>;

/** Makes the runner of `http` jobs. */
export function httpAction({ allowed, secrets }: HttpActionSettings): Runner {
  return async (work, { signal }) => {
    const call = httpCallOf(work.payload);
    const revealed = Object.entries(call.headers).map(([name, value]) => [name, reveal(value, secrets)] as const);
    const hidden = revealed.flatMap(([, each]) => each.hidden).sort((one, other) => other.length - one.length);
    try {
      const answer = await answered(call, headersFor(work, call, revealed), allowed, signal);
      requireSuccess(answer);
      return concealedJson(outputOf(answer), hidden);
    } catch (error) {
      throw concealedFailure(error, hidden);
    }
  };
}

function headersFor(
  { id, idempotencyKey, correlationId }: Work,
  { body }: HttpCall,
  revealed: readonly (readonly [string, Revealed])[],
): OutgoingHttpHeaders {
  const given = revealed.map(([name, { value }]) => [name.toLowerCase(), value] as const);
  return {
    accept: 'application/json, */*;q=0.5',
    'user-agent': 'Stageline',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...Object.fromEntries(given),
    'accept-encoding': 'identity',
    'idempotency-key': encodeURI((idempotencyKey ?? id).toWellFormed()),
    'x-correlation-id': correlationId,
  };
}

async function answered(
  { url, method, body, timeoutSeconds }: HttpCall,
  headers: OutgoingHttpHeaders,
  allowed: AllowedHosts,
  signal: AbortSignal,
): Promise<Answer> {
  const tooLate = AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000)); // 2.01 * 1000 is no whole number.
  const text = body === undefined ? undefined : JSON.stringify(body);
  const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
  const outgoing = { url, method, headers: { ...headers, ...length }, body: text, allowed, maxBytes: MAX_ANSWER_BYTES };
  try {
    return await exchange(outgoing, AbortSignal.any([signal, tooLate]));
  } catch (error) {
    if (tooLate.aborted && !signal.aborted)
      throw new JobFailure(`${url.host} did not answer within ${String(timeoutSeconds)} s.`, { retryable: true });
    throw error;
  }
}

const AGAIN = [408, 425, 429];

function requireSuccess({ status, headers }: Answer): void {
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400)
    throw hopeless(
      `It answered ${String(status)}, which leads to ${headers.location ?? 'nowhere'}. Redirects are not followed: call the address it leads to.`,
    );
  const message = `It answered ${String(status)}.`;
  if (status < 500 && !AGAIN.includes(status)) throw hopeless(message);
  throw new JobFailure(message, { retryable: true, retryAfterSeconds: retryAfterSeconds(headers['retry-after']) });
}

function concealedFailure(error: unknown, hidden: readonly string[]): JobFailure {
  const { retryable, retryAfterSeconds: wait } =
    error instanceof JobFailure
      ? error
      : { retryable: !(error instanceof OutboundRefusal), retryAfterSeconds: undefined };
  return new JobFailure(concealed(wordsOf(error), hidden), { retryable, retryAfterSeconds: wait });
}
