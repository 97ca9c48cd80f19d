import type { FastifyRequest } from 'fastify';
import { refuse } from '../../kernel/domain-error.js';
import type { Caller, ReceiptKey } from '../../kernel/command-context.js';
import { isUuid } from './field-rules.js';
import { newId } from '../new-id.js';

/** What the edge learns of a request on its way in. */
type RequestState = { correlationId: string; startedAt: number; now?: string; caller?: Caller; receipt?: ReceiptKey };

const states = new WeakMap<object, RequestState>();

// Keyed by the raw request: Nest's middleware and Fastify's own failures see no other.
function stateOf({ raw }: Pick<FastifyRequest, 'raw'>): RequestState {
  const known = states.get(raw);
  if (known !== undefined) return known;
  const sent = raw.headers['x-correlation-id'];
  const correlationId = typeof sent === 'string' && isUuid(sent) ? sent.toLowerCase() : newId();
  const state: RequestState = { correlationId, startedAt: performance.now() };
  states.set(raw, state);
  return state;
}

/** The correlation id of a request: the caller's, else a new one; the same however often one asks. */
export function correlationIdOf(request: FastifyRequest): string {
  return stateOf(request).correlationId;
}

/** Milliseconds since the request was first looked at. */
export function elapsedMsOf(request: FastifyRequest): number {
  return performance.now() - stateOf(request).startedAt;
}

/** Keeps who calls, for the rest of the request. */
export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  stateOf(request).caller = caller;
}

/** Who calls, where that is known: not on public routes. */
export function knownCallerOf(request: FastifyRequest): Caller | undefined {
  return stateOf(request).caller;
}

/** Who calls. @throws DomainError `unauthorized` on a public route, where nobody was asked. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = knownCallerOf(request);
  if (caller === undefined) throw refuse('unauthorized', 'Send a valid key: Authorization: Bearer <key>.');
  return caller;
}

/** Keeps when a command was asked for, by the database's clock. */
export function rememberNow(request: FastifyRequest, now: string): void {
  stateOf(request).now = now;
}

/** When a command was asked for, by the database's clock: due times are told by it. Only a route described as a command knows it. */
export function nowOf(request: FastifyRequest): string {
  const { now } = stateOf(request);
  if (now === undefined) throw new Error(`${request.method} ${instanceOf(request)} is not described as a command.`);
  return now;
}

/** Keeps the receipt of the request's idempotency key, for the command it becomes. */
export function rememberReceipt(request: FastifyRequest, receipt: ReceiptKey): void {
  stateOf(request).receipt = receipt;
}

/** The receipt under which the answer of this request is kept, if it came with an idempotency key. */
export function receiptOf(request: FastifyRequest): ReceiptKey | undefined {
  return stateOf(request).receipt;
}

/** The path a client called, without its query. */
export function instanceOf(request: FastifyRequest): string {
  return pathOf(request.originalUrl);
}

/** The path of a URL, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
