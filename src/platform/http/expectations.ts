import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A body this long is read past when its request is refused; before a longer one the connection is closed. */
const SKIPPED_BYTES = 65_536;

/** Clients that wait for `100 Continue` before they send their body. */
const waiting = new WeakSet<IncomingMessage>();

/**
 * Takes over what Node answers by itself to `Expect`: a `100 Continue` before anybody looked at the request, and a bare
 * 417. Both kinds go the way of every other request instead.
 */
export function takeExpectations(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request);
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}

/** Lets a client that waits for it send its body. */
export function inviteBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (waiting.delete(raw)) reply.raw.writeContinue();
}

/** Makes the refusal of a request whose body was not read the last thing on its connection, unless the rest is short. */
export function leaveBodyUnread({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  const isUnbounded = headers['transfer-encoding'] !== undefined || waiting.has(raw);
  if (isUnbounded || Number(headers['content-length'] ?? 0) > SKIPPED_BYTES) void reply.header('connection', 'close');
}
