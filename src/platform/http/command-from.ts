import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../kernel/command-context.js';
import { pointerStep } from '../../kernel/json-pointer.js';
import { dryRunIn, expectedVersionIn, occurredAtIn } from './command-headers.js';
import { invalidInput } from './invalid-input.js';
import { callerOf, correlationIdOf, nowOf, receiptOf } from './request-state.js';
import { newId } from '../new-id.js';

/**
 * The context of a command, built from the caller's key and the request's headers: a parameter of its handler. Named are the parameters of
 * the query that the handler reads besides, with `QueryText`.
 */
export const CommandFrom = createParamDecorator((read: string | undefined, context: ExecutionContext): CommandContext =>
  commandContextOf(context.switchToHttp().getRequest<FastifyRequest>(), read === undefined ? [] : [read]),
);

/** Who calls: a parameter of handlers that only read. */
export const CallerOf = createParamDecorator((_options: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Builds a command's context. @throws DomainError `invalid-input`, `unauthorized` */
export function commandContextOf(request: FastifyRequest, alsoRead: readonly string[] = []): CommandContext {
  const { headers } = request;
  const query = request.query as Readonly<Record<string, unknown>>;
  refuseUnknown(Object.keys(query), ['dry_run', ...alsoRead]);
  const now = nowOf(request);
  const occurredAt = occurredAtIn(headers['x-occurred-at'], now);
  const expectedVersion = expectedVersionIn(headers['if-match']);
  const receipt = receiptOf(request);
  return {
    caller: callerOf(request),
    commandId: newId(),
    correlationId: correlationIdOf(request),
    now,
    dryRun: dryRunIn(query['dry_run']),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

// A misspelt dry_run must not become a real command.
function refuseUnknown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const detail = `is not known; this command takes ${known.join(' and ')} only.`;
  throw invalidInput(unknown.map((name) => ({ pointer: pointerStep(name), in: 'query', detail })));
}
