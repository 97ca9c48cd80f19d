import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { answerClientError } from './client-error.js';

let server: Server;

beforeEach(async () => {
  server = createServer({ requestTimeout: 40, headersTimeout: 40, connectionsCheckingInterval: 10 });
  server.on('clientError', (error: Error, socket) => answerClientError(error, socket as Socket));
  server.on('request', (request) => request.resume().on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

/** Sends what is given, then nothing, and answers what came back by the time the connection is closed. */
async function exchange(sent: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  socket.write(sent);
  await once(socket, 'close');
  return heard;
}

describe('a request that does not end', () => {
  it.each([
    ['in its headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['in its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'],
  ])('%s is told that it took too long', async (_where, sent) => {
    const answer = await exchange(sent);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      type: '/problems/request-timeout',
      status: 408,
      code: 'request-timeout',
      correlation_id: expect.any(String),
    });
  });
});
