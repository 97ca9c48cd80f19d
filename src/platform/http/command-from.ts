import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../kernel/command-context.js';
import { pointerStep } from '../../kernel/json-pointer.js';
import { dryRunIn, expectedVersionIn, occurredAtIn } from './command-headers.js';
import { invalidInput } from './invalid-input.js';
import { callerOf, correlationIdOf, nowOf, receiptOf } from './request-state.js';
import { newId } from '../new-id.js';

/** The context of a command, built from the caller's key and the request's headers: a parameter of its handler. */
export const CommandFrom = createParamDecorator((_options: unknown, context: ExecutionContext): CommandContext =>
  commandContextOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Who calls: a parameter of handlers that only read. */
export const CallerOf = createParamDecorator((_options: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Builds a command's context. @throws DomainError `invalid-input`, `unauthorized` */
export function commandContextOf(request: FastifyRequest): CommandContext {
  const { headers } = request;
  const { dry_run: dryRun, ...unknown } = request.query as Record<string, unknown>;
  refuseUnknown(Object.keys(unknown));
  const now = nowOf(request);
  const occurredAt = occurredAtIn(headers['x-occurred-at'], now);
  const expectedVersion = expectedVersionIn(headers['if-match']);
  const receipt = receiptOf(request);
  return {
    caller: callerOf(request),
    commandId: newId(),
    correlationId: correlationIdOf(request),
    now,
    dryRun: dryRunIn(dryRun),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

// A misspelt dry_run must not become a real command.
function refuseUnknown(names: readonly string[]): void {
  if (names.length === 0) return;
  const detail = 'is not known; a command takes dry_run only.';
  throw invalidInput(names.map((name) => ({ pointer: pointerStep(name), in: 'query', detail })));
}
