import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../kernel/json.js';
import { answering, closeServers, failure, json, run, serve } from './http-action.fixture.js';

afterEach(closeServers);

type Asked = Readonly<{ method: string; url: string; headers: IncomingMessage['headers']; body: string }>;

/** Answers with what it was asked. */
const echo: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.writeHead(200, json).end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
};

const asked = async (config: JsonObject, more?: Parameters<typeof run>[1]): Promise<Asked> => {
  const { body } = (await run({ url: await serve(echo), ...config }, more)) as unknown as { body: Asked };
  return body;
};

describe('the action http', () => {
  it('answers with status, headers and JSON', async () => {
    const url = await serve(answering(201, '{"id": 7}', { ...json, etag: '"a"', 'set-cookie': 'secret' }));
    expect(await run({ url })).toEqual({
      status: 201,
      headers: { 'content-type': json['content-type'], etag: '"a"', date: expect.any(String) },
      body: { id: 7 },
    });
  });

  it.each([
    ['text', 'text/plain', 'tea', 'tea'],
    ['nothing', 'application/json', '', null],
    ['JSON of its own kind', 'application/problem+json', '[1]', [1]],
    ['broken JSON', 'application/json', '{"a":', '{"a":'],
    ['JSON that cannot be kept', 'application/json', '"\\u0000"', '"\\u0000"'],
    [
      'JSON that is nested too deep',
      'application/json',
      '['.repeat(70) + ']'.repeat(70),
      '['.repeat(70) + ']'.repeat(70),
    ],
    ['text that cannot be kept', 'text/plain', 'a\0b', 'a\ufffdb'],
  ])('keeps %s', async (_what, type, sent, body) => {
    const url = await serve(answering(200, sent, { 'content-type': type }));
    expect(await run({ url })).toMatchObject({ body });
  });

  it('says who it is for, and the same key each time', async () => {
    const { headers } = await asked({ headers: { 'Idempotency-Key': 'mine', 'X-Team': 'blue' } });
    expect(headers).toMatchObject({
      'idempotency-key': 'r/s/n%C3%B6/1',
      'x-correlation-id': 'flow-1',
      'x-team': 'blue',
    });
  });

  it.each([
    ['the body it is given', { method: 'POST', body: [1, 'ä'] }, '[1,"ä"]'],
    ['what reached the node where it is given none', { method: 'PUT' }, '{"before":{"n":1}}'],
    ['null where that is what it is given', { method: 'PATCH', body: null }, 'null'],
    ['nothing with a method that has no body', { method: 'GET' }, ''],
  ])('sends %s', async (_what, config, body) => {
    const given = await asked(config, { input: { before: { n: 1 } } });
    expect(given).toMatchObject({ method: config.method, body });
    expect(given.headers['content-type']).toBe(body === '' ? undefined : 'application/json');
  });

  it.each([
    [400, false, undefined, undefined],
    [404, false, '5', undefined],
    [408, true, undefined, undefined],
    [425, true, undefined, undefined],
    [429, true, '7', 7],
    [429, true, '99999999', 86_400],
    [500, true, undefined, undefined],
    [503, true, 'soon', undefined],
    [503, true, 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
    [302, false, undefined, undefined],
  ])('takes %i as it is meant', async (status, retryable, retryAfter, retryAfterSeconds) => {
    const url = await serve(answering(status, 'no', retryAfter === undefined ? {} : { 'retry-after': retryAfter }));
    const failed = await failure({ url });
    expect(failed.message).toContain(`It answered ${String(status)}`);
    expect(failed).toMatchObject({ retryable, retryAfterSeconds });
  });

  it('follows no redirect and says where it leads', async () => {
    const url = await serve(answering(301, '', { location: 'http://169.254.169.254/' }));
    expect((await failure({ url })).message).toContain('leads to http://169.254.169.254/. Redirects are not followed');
  });

  it('tries again what nobody answered', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await failure({ url })).toMatchObject({ retryable: true });
    const half = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    expect(await failure({ url: half })).toMatchObject({ retryable: true });
    expect(await failure({ url: 'http://127.0.0.1:1/' })).toMatchObject({
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('waits no longer than it is told', async () => {
    const url = await serve((_request, response) => void response.writeHead(200).write('and'));
    const failed = await failure({ url, timeout_seconds: 0.05 });
    expect(failed).toMatchObject({ retryable: true, message: expect.stringContaining('did not answer within 0.05 s') });
  });

  it('takes any time it is given, whole milliseconds or not', async () => {
    const url = await serve(answering(204, ''));
    for (const timeout_seconds of [2.01, 1.0005])
      expect(await run({ url, timeout_seconds })).toMatchObject({ status: 204 });
  });

  it('fails for good where the other side wants to speak another protocol', async () => {
    const url = await serve((request) => {
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    expect(await failure({ url })).toMatchObject({
      retryable: false,
      message: expect.stringContaining('answered 101'),
    });
  });

  it('ends with its signal', async () => {
    const ending = new AbortController();
    const closed = Promise.withResolvers<undefined>();
    const url = await serve((request) => {
      request.socket.once('close', () => closed.resolve(undefined));
      ending.abort();
    });
    await failure({ url }, { signal: ending.signal });
    await closed.promise;
  });

  it('stops reading an answer that is too large', async () => {
    let sentBytes = 0;
    const url = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && sentBytes < 200_000_000) {
          sentBytes += 65_536;
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
        }
      };
      more();
    });
    expect(await failure({ url })).toMatchObject({
      retryable: false,
      message: expect.stringContaining('larger than 262144'),
    });
    expect(sentBytes).toBeLessThan(100_000_000);
  });

  it('refuses an answer in an encoding it did not ask for', async () => {
    const url = await serve(answering(200, 'x', { 'content-encoding': 'gzip' }));
    expect(await failure({ url })).toMatchObject({ retryable: false });
  });

  it.each<[string, JsonObject]>([
    ['config.method', { method: 'TRACE' }],
    ['config.url', { url: 'file:///etc/passwd' }],
    ['config.url', { url: 'nowhere' }],
    ['no user and no password', { url: 'http://me:pass@example.com/' }],
    ['config.headers', { headers: [] }],
    ['config.headers must not hold Host', { headers: { Host: 'other' } }],
    ['config.headers must not hold transfer-encoding', { headers: { 'transfer-encoding': 'chunked' } }],
    ['config.headers.X', { headers: { X: 1 } }],
    ['Invalid character in header content ["x"]', { headers: { X: 'a\r\nY: b' } }],
    ['Header name must be a valid HTTP token ["x y"]', { headers: { 'X Y': 'a' } }],
    ['config.timeout_seconds', { timeout_seconds: 0 }],
  ])('refuses a payload that is wrong: %s', async (said, config) => {
    const failed = await failure({ url: 'http://127.0.0.1:1/', ...config });
    expect(failed).toMatchObject({ retryable: false, message: expect.stringContaining(said) });
  });
});
