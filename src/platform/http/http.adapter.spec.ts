import { Controller, Get, Res } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Public } from '../auth/access.js';
import { httpFixture, type HttpFixture } from './http-app.fixture.js';
import { Shutdown } from './shutdown.js';

const work = { arrived: Promise.withResolvers<undefined>(), finish: Promise.withResolvers<undefined>() };

@Controller()
class SlowController {
  constructor(private readonly shutdown: Shutdown) {}

  @Get('slow')
  @Public()
  async slow(): Promise<object> {
    work.arrived.resolve(undefined);
    await work.finish.promise;
    return { finished: true };
  }

  @Get('stream')
  @Public()
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(': hello\n\n');
    this.shutdown.signal.addEventListener('abort', () => reply.raw.end());
  }
}

let fixture: HttpFixture;
let origin: string;

beforeEach(async () => {
  fixture = await httpFixture([SlowController]);
  await fixture.app.listen(0, '127.0.0.1');
  const { port } = fixture.app.getHttpServer().address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
});
afterEach(() => fixture.app.close());

describe('closing the service', () => {
  it('lets what runs finish, ends streams and turns the rest away', async () => {
    const slow = fetch(`${origin}/slow`);
    const stream = await fetch(`${origin}/stream`);
    await work.arrived.promise;
    const closing = fixture.app.close();
    expect(await stream.text()).toBe(': hello\n\n');
    const turnedAway = await fetch(`${origin}/health/live`);
    expect(turnedAway.status).toBe(503);
    expect(turnedAway.headers.get('connection')).toBe('close');
    work.finish.resolve(undefined);
    expect(await (await slow).json()).toEqual({ finished: true });
    await closing;
    await expect(fetch(`${origin}/health/live`)).rejects.toThrow();
  });

  it('does not wait for a connection on which nothing was asked', async () => {
    const silent = connect(Number(new URL(origin).port), '127.0.0.1');
    await once(silent, 'connect');
    await (await fetch(`${origin}/health/live`)).text();
    await Promise.all([once(silent, 'close'), fixture.app.close()]);
    expect(silent.destroyed).toBe(true);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['a request line that is none', 'NONSENSE\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s is answered and the connection closed', async (_what, sent, status) => {
    const answer = await exchange(sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"invalid-input"');
  });
});

function exchange(sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(sent));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}
