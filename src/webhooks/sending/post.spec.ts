import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AllowedHosts } from '../../platform/outbound/allowed-addresses.js';
import { post } from './post.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
}

type More = Readonly<{ allowed?: AllowedHosts; timeoutMs?: number; signal?: AbortSignal }>;
const message = { id: 'event-1', timestamp: 1_674_087_231, body: '{}' };
const posted = (url: string, { allowed = 'all', timeoutMs = 5000, signal = new AbortController().signal }: More = {}) =>
  post({ url, secrets: ['whsec_AAAA'] }, message, { allowed, timeoutMs, signal });
const answering = (status: number, headers = {}, body = '') =>
  serve((request, response) => {
    request.resume().on('end', () => void response.writeHead(status, headers).end(body));
  });

describe('posting a message', () => {
  it.each([200, 202, 204, 299])('is taken with %i, whatever else is answered', async (status) => {
    const url = await answering(status, { 'retry-after': '60' }, status === 204 ? '' : 'x'.repeat(10));
    expect(await posted(url)).toEqual({ status, error: null, retryAfterSeconds: undefined });
  });

  it.each([301, 400, 410, 429, 500])('has failed with %i', async (status) => {
    const url = await answering(status, { location: 'http://169.254.169.254/' });
    expect(await posted(url)).toMatchObject({ status, error: expect.stringContaining(`It answered ${status}.`) });
  });

  it('passes on the wait that is asked for, a day at most', async () => {
    expect(await posted(await answering(503, { 'retry-after': '120' }))).toMatchObject({ retryAfterSeconds: 120 });
    expect(await posted(await answering(503, { 'retry-after': '999999' }))).toMatchObject({
      retryAfterSeconds: 86_400,
    });
  });

  it('waits no longer for an answer than it may', async () => {
    const url = await serve(() => undefined);
    expect(await posted(url, { timeoutMs: 50 })).toMatchObject({
      status: null,
      error: 'It did not answer within 0.05 s.',
    });
  });

  it('is taken once the status has come, however the body goes on', async () => {
    const endless = await serve((_request, response) => void response.writeHead(200).write('and'));
    expect(await posted(endless, { timeoutMs: 200 })).toMatchObject({ status: 200, error: null });
    let sentBytes = 0;
    const large = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && sentBytes < 200_000_000) {
          sentBytes += 65_536;
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
        }
      };
      more();
    });
    expect(await posted(large)).toMatchObject({ status: 200, error: null });
    expect(sentBytes).toBeLessThan(100_000_000);
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:1/', 'ECONNREFUSED'],
    ['the name leads nowhere', 'http://nowhere.invalid/', 'nowhere.invalid'],
  ])('has failed where %s', async (_where, url, words) => {
    expect(await posted(url)).toMatchObject({ status: null, error: expect.stringContaining(words) });
  });

  it.each(['http://127.0.0.1:1/', 'http://localhost:1/', 'http://[::1]:1/', 'http://169.254.169.254/'])(
    'does not reach the inside of the network, checked at the moment of the call: %s',
    async (url) => {
      const { error } = await posted(url, { allowed: [] });
      expect(error).toContain('STAGELINE_HTTP_ALLOW_PRIVATE');
    },
  );
});
