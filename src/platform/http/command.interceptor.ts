import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, map, mergeMap, type Observable, tap } from 'rxjs';
import type { Caller, Outcome } from '../../kernel/command-context.js';
import type { DatabaseClock } from '../database/database-clock.js';
import { opened } from '../personal-data/encryption.js';
import type { PersonKeys } from '../personal-data/person-keys.js';
import { dryRunIn, idempotencyKeyIn } from './command-headers.js';
import { isCommand } from './describe.js';
import type { Idempotency, KeyedRequest } from './idempotency.js';
import { outcomeAnswer } from '../event-store/outcome-answer.js';
import type { Answer } from './problem-document.js';
import { requestHash } from './request-hash.js';
import { callerOf, correlationIdOf, instanceOf, pathOf, rememberNow, rememberReceipt } from './request-state.js';

const keyed = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Turns the `Outcome` of a command into its answer, once per idempotency key.
 *
 * Only handlers described with `DescribeCommand` pass through it. It runs before the body is validated, so that a
 * replay costs one lookup. What is personal in an answer is opened last of all, in a fresh and a replayed one alike.
 */
export class CommandInterceptor implements NestInterceptor {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly personKeys: Pick<PersonKeys, 'find'>,
    private readonly clock: Pick<DatabaseClock, 'now'>,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<Outcome | undefined>): Observable<unknown> {
    if (!isCommand(context.getHandler())) return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    return from(this.clock.now()).pipe(
      tap((now) => rememberNow(request, now)),
      mergeMap(() => this.answered(request, next)),
      mergeMap(async (answer) => answer && send(reply, await this.readable(answer, request))),
    );
  }

  private answered(request: FastifyRequest, next: CallHandler<Outcome | undefined>): Observable<Answer | undefined> {
    const keyedRequest = keyedRequestOf(request);
    if (keyedRequest === null) return next.handle().pipe(map((outcome) => outcome && outcomeAnswer(outcome)));
    rememberReceipt(request, keyedRequest.receipt);
    const run = () => lastValueFrom(next.handle() as Observable<Outcome>);
    return from(this.idempotency.answer(keyedRequest, run));
  }

  private async readable(answer: Answer, request: FastifyRequest): Promise<Answer> {
    const { personId, body } = answer;
    if (personId === undefined) return answer;
    const keys = await this.personKeys.find(callerOf(request).tenantId, [personId]);
    return { ...answer, body: opened(keys, personId, body as object) };
  }
}

function send(reply: FastifyReply, { status, headers, body }: Answer): unknown {
  void reply.status(status).headers(headers);
  return body;
}

function keyedRequestOf(request: FastifyRequest): KeyedRequest | null {
  if (!keyed.has(request.method)) return null;
  const key = idempotencyKeyIn(request.headers['idempotency-key']);
  const query = request.query as Readonly<Record<string, unknown>>;
  if (key === undefined || dryRunIn(query['dry_run'])) return null;
  const caller = callerOf(request);
  return {
    tenantId: caller.tenantId,
    receipt: { key, requestHash: hashOf(request, caller) },
    instance: instanceOf(request),
    correlationId: correlationIdOf(request),
  };
}

function hashOf({ method, url, query, headers, body }: FastifyRequest, { keyId }: Caller): string {
  return requestHash({
    keyId,
    method,
    path: pathOf(url),
    query,
    ifMatch: headers['if-match'],
    occurredAt: headers['x-occurred-at'] as string | undefined,
    body,
  });
}
