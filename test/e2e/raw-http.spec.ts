import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { ADMIN_KEY, startDocumentedService, startTestService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes as they are and answers with all that comes back until the service hangs up. */
async function exchange(bytes: string | Buffer): Promise<string> {
  const socket = await open(service.url);
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(heard).toString();
}

function request(lines: readonly string[], body: string | Buffer = ''): Buffer {
  const head = [...lines, `Authorization: Bearer ${ADMIN_KEY}`, 'Host: x', 'Connection: close', '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

function problemIn(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as unknown;
}

const json = 'Content-Type: application/json';
const post = 'POST /projects HTTP/1.1';
const sized = (body: string | Buffer) => `Content-Length: ${String(Buffer.byteLength(body))}`;

describe('a request that is', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['half a protocol', 'GET / HTTP/9.9\r\n\r\n'],
    ['of two lengths', request([post, json, 'Content-Length: 2', 'Content-Length: 3'], '{}')],
    ['of a length that is none', request([post, json, 'Content-Length: nope'], '{}')],
    ['chunked and of a length', request([post, json, 'Content-Length: 2', 'Transfer-Encoding: chunked'], '{}')],
    ['broken in a header', request([post, json, 'X-Bro\0ken: 1', sized('{}')], '{}')],
    ['chunked by no number', request([post, json, 'Transfer-Encoding: chunked'], 'nope\r\n{}\r\n0\r\n\r\n')],
  ])('%s is answered with a problem and a closed connection', async (_name, bytes) => {
    const before = await backstage.stored();
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid-input', correlation_id: expect.any(String) });
    expect(await backstage.stored()).toEqual(before);
  });

  it('larger in its headers than anybody reads is answered 431', async () => {
    const answer = await exchange(request([post, json, `X-Long: ${'x'.repeat(70_000)}`]));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(problemIn(answer)).toMatchObject({ code: 'invalid-input' });
  });

  it('doubled in a header that may come once is refused', async () => {
    const keys = ['Idempotency-Key: one', 'Idempotency-Key: two'];
    const body = '{"name":"x"}';
    expect(
      problemIn(await exchange(request([post, json, sized(body), 'X-Occurred-At: a', 'X-Occurred-At: b'], body))),
    ).toMatchObject({
      status: 400,
    });
    expect((await exchange(request([post, json, sized(body), ...keys], body))).slice(0, 15)).toMatch(/ (201|400) /);
  });

  it.each([
    ['raw NUL bytes', Buffer.from('{"name":"a\0b"}')],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['an overlong slash', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    ['a byte order mark and nothing', Buffer.from([0xef, 0xbb, 0xbf])],
    ['half a character', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xf0, 0x9f, 0x98]), Buffer.from('"}')])],
  ])('JSON with %s is refused', async (_name, body) => {
    const before = await backstage.stored();
    const answer = await exchange(request([post, json, sized(body)], body));
    expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(await backstage.stored()).toEqual(before);
  });

  it.each(['/projects/%', '/projects/%zz', '/projects/%ff', '/projects/%c0%ae', '/pipeline?status=%'])(
    'at %s is not a 500',
    async (path) => {
      const answer = await exchange(request([`GET ${path} HTTP/1.1`]));
      expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid-input' });
    },
  );

  it.each([
    '/projects/..',
    '/projects/../keys',
    '/projects/%2e%2e/keys',
    '/./projects',
    '/projects\\..',
    '/problems/..%2f..',
  ])('for the way up at %s gets nowhere', async (path) => {
    const answer = await exchange(request([`GET ${path} HTTP/1.1`]));
    expect(problemIn(answer)).toMatchObject({ code: expect.stringMatching(/^(not-found|invalid-input)$/) });
  });

  it('cut off in its body stores nothing', async () => {
    const before = await backstage.stored();
    const socket = await open(service.url);
    socket.end(request([post, json, 'Content-Length: 100'], '{"name":"x"'));
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect(await backstage.stored()).toEqual(before);
  });
});

describe('a service that stops', () => {
  it('does not wait for a connection on which nothing was asked', async () => {
    const other = await startTestService();
    const silent = await open(other.url);
    const gone = new Promise((resolve) => silent.resume().once('close', resolve));
    await other.close();
    await gone;
    expect(silent.destroyed).toBe(true);
  }, 10_000);
});
