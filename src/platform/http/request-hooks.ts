import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { refuse } from '../../kernel/domain-error.js';
import { requestScope } from '../telemetry/request-scope.js';
import { invalidInput, type InputError } from './invalid-input.js';
import { isUuid } from './field-rules.js';
import { correlationIdOf, elapsedMsOf, instanceOf, knownCallerOf } from './request-state.js';
import type { RouteTable } from './route-table.js';
import type { Shutdown } from './shutdown.js';
import { textFault } from './text-faults.js';

type Parts = Readonly<{ logger: Logger; routes: RouteTable; shutdown: Shutdown }>;

/** Adds what happens to every request around its route: correlation, draining, readable addresses, the access line. */
export function addRequestHooks(fastify: FastifyInstance, { logger, routes, shutdown }: Parts): void {
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  fastify.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationIdOf(request);
    void reply.header('x-correlation-id', correlationId);
    requestScope.run({ correlationId }, () => done(refusalOnArrival(request, reply, shutdown)));
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    writeAccessLine(logger, request, reply);
    done();
  });
}

function refusalOnArrival(request: FastifyRequest, reply: FastifyReply, shutdown: Shutdown): Error | undefined {
  if (shutdown.signal.aborted) {
    void reply.header('connection', 'close');
    return refuse('service-unavailable', 'The service is stopping. Try again, it will be back.');
  }
  shutdown.track(reply.raw);
  const errors = [...correlationFaults(request), ...addressFaults(request)];
  return errors.length === 0 ? undefined : invalidInput(errors);
}

function correlationFaults({ headers }: FastifyRequest): readonly InputError[] {
  const sent = headers['x-correlation-id'];
  if (sent === undefined || (typeof sent === 'string' && isUuid(sent))) return [];
  return [{ pointer: '/X-Correlation-Id', in: 'header', detail: 'must be a uuid.' }];
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
