import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { refuse } from '../../kernel/domain-error.js';
import { accessOfRoute } from '../auth/access.js';
import type { KeyGuard } from '../auth/key.guard.js';
import { requestScope } from '../telemetry/request-scope.js';
import { inviteBody, leaveBodyUnread } from './expectations.js';
import { invalidInput, type InputError } from './invalid-input.js';
import { bodyEncodingRefusal, headerFaults } from './request-shape.js';
import { correlationIdOf, elapsedMsOf, instanceOf, knownCallerOf } from './request-state.js';
import type { RouteTable } from './route-table.js';
import type { Shutdown } from './shutdown.js';
import { textFault } from './text-faults.js';

type Parts = Readonly<{ logger: Logger; routes: RouteTable; shutdown: Shutdown; guard: KeyGuard }>;

const bodyless = new Set(['GET', 'HEAD', 'TRACE']);

/**
 * Adds what happens to every request around its route: correlation, draining, readable addresses, the access line. A
 * request that may have a body shows its key before the body is read, so that strangers cost no more than a header.
 */
export function addRequestHooks(fastify: FastifyInstance, { logger, routes, shutdown, guard }: Parts): void {
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  fastify.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationIdOf(request);
    void reply.headers(headersOfEveryAnswer(request, correlationId));
    requestScope.run({ correlationId }, () => done(refusalOnArrival(request, reply, shutdown)));
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!bodyless.has(request.method)) await admitBody(request, reply, guard);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    writeAccessLine(logger, request, reply);
    done();
  });
}

function headersOfEveryAnswer({ routeOptions }: FastifyRequest, correlationId: string): Record<string, string> {
  const access = accessOfRoute(routeOptions.config);
  const isForSome = access !== undefined && access !== 'public';
  return {
    'x-correlation-id': correlationId,
    'x-content-type-options': 'nosniff',
    ...(isForSome ? { 'cache-control': 'no-store' } : {}),
  };
}

/** A route that does not exist asks for a key as well: nobody without one gets a body read. */
async function admitBody(request: FastifyRequest, reply: FastifyReply, guard: KeyGuard): Promise<void> {
  try {
    if (accessOfRoute(request.routeOptions.config) !== 'public') await guard.admit(request);
    const refusal = bodyEncodingRefusal(request);
    if (refusal !== null) throw refusal;
  } catch (error) {
    leaveBodyUnread(request, reply);
    throw error;
  }
  inviteBody(request, reply);
}

function refusalOnArrival(request: FastifyRequest, reply: FastifyReply, shutdown: Shutdown): Error | undefined {
  if (shutdown.signal.aborted) {
    void reply.header('connection', 'close');
    return refuse('service-unavailable', 'The service is stopping. Try again, it will be back.');
  }
  shutdown.track(reply.raw);
  const errors = [...headerFaults(request.raw), ...addressFaults(request)];
  if (errors.length === 0) return undefined;
  leaveBodyUnread(request, reply);
  return invalidInput(errors);
}

// Only an escape can bring in what cannot be stored; most addresses have none.
function addressFaults({ url, params, query }: FastifyRequest): readonly InputError[] {
  if (!url.includes('%')) return [];
  return [...textFaults(params, 'path'), ...textFaults(query, 'query')];
}

function textFaults(values: unknown, source: 'path' | 'query'): readonly InputError[] {
  return Object.entries(values ?? {}).flatMap(([name, value]) => {
    const detail = [name, value].flat().reduce<string | null>((fault, text) => fault ?? textFault(String(text)), null);
    const pointer = textFault(name) === null ? `/${name}` : '';
    return detail === null ? [] : [{ pointer, in: source, detail }];
  });
}

function writeAccessLine(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const path = instanceOf(request);
  const line = {
    context: 'Http',
    status: reply.statusCode,
    duration_ms: Math.round(elapsedMsOf(request) * 10) / 10,
    key_id: knownCallerOf(request)?.keyId,
    correlation_id: correlationIdOf(request),
  };
  // Probes come every few seconds and say little.
  const level = reply.statusCode >= 500 ? 'warn' : path.includes('/health/') ? 'debug' : 'info';
  logger[level](line, `${request.method} ${path}`);
}
