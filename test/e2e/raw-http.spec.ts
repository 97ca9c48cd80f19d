import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
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

  it.each([
    ['Idempotency-Key', 'one', 'two'],
    ['Idempotency-Key', 'one', 'one'],
    ['If-Match', '"1"', '"1"'],
    ['X-Correlation-Id', '0192f0c0-0000-7000-8000-000000000001', '0192f0c0-0000-7000-8000-000000000002'],
    ['X-Occurred-At', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['Authorization', `Bearer ${ADMIN_KEY}`, 'Bearer sl_somebody-else'],
    ['Last-Event-ID', '1', '2'],
    ['Content-Type', 'application/json', 'text/plain'],
    ['Content-Encoding', 'identity', 'gzip'],
    ['Host', 'x', 'y'],
  ])('doubled in %s, %s and %s, is refused', async (name, one, other) => {
    const before = await backstage.stored();
    const body = '{"name":"x"}';
    const given = [`${name}: ${one}`, `${name.toLowerCase()}: ${other}`];
    const others = [json, `Authorization: Bearer ${ADMIN_KEY}`, 'Host: x'].filter((line) => !line.startsWith(name));
    const lines = [post, ...others, sized(body), ...given, 'Connection: close', '', body];
    expect(problemIn(await exchange(lines.join('\r\n')))).toMatchObject({
      status: 400,
      code: 'invalid-input',
      errors: [{ pointer: `/${name}`, in: 'header', detail: 'may come only once.' }],
    });
    expect(await backstage.stored()).toEqual(before);
  });

  it('without a Host is told so, unless it is older than Host', async () => {
    const answer = await exchange('GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(problemIn(answer)).toMatchObject({
      status: 400,
      errors: [{ pointer: '/Host', in: 'header' }],
      correlation_id: expect.any(String),
    });
    expect(await exchange('GET /health/live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('with an expectation nobody knows is told so', async () => {
    const answer = await exchange(request(['GET /projects HTTP/1.1', 'Expect: tea']));
    expect(problemIn(answer)).toMatchObject({
      status: 400,
      errors: [{ pointer: '/Expect', in: 'header' }],
      correlation_id: expect.any(String),
    });
  });

  it.each(['utf-16', 'iso-8859-1', '"windows-1252"'])('in %s is not read as UTF-8', async (charset) => {
    const body = '{"name":"x"}';
    const answer = await exchange(request([post, `${json}; charset=${charset}`, sized(body)], body));
    expect(problemIn(answer)).toMatchObject({ status: 415, detail: expect.stringContaining('JSON in UTF-8') });
  });

  it('in the UTF-8 that it names is taken', async () => {
    const body = '{"name":"x"}';
    for (const charset of ['utf-8', '"UTF-8"', 'utf8']) {
      const answer = await exchange(request([post, `${json}; charset=${charset}`, sized(body)], body));
      expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    }
  });

  it.each(['gzip', 'br', 'identity, gzip'])('compressed with %s is told what is taken', async (encoding) => {
    const body = gzipSync('{"name":"x"}');
    const answer = await exchange(request([post, json, `Content-Encoding: ${encoding}`, sized(body)], body));
    expect(problemIn(answer)).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
      detail: expect.stringContaining('not compressed'),
    });
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

describe('the body of somebody without a key', () => {
  const strangers = (lines: readonly string[]) => [post, json, 'Host: x', ...lines, '', ''].join('\r\n');

  it.each([
    ['a terabyte that never comes', 'Content-Length: 1000000000000'],
    ['no end that anybody knows', 'Transfer-Encoding: chunked'],
  ])('of %s is refused before it is read, and the connection closed', async (_name, length) => {
    const answer = await exchange(strangers([length]));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(problemIn(answer)).toMatchObject({ code: 'unauthorized' });
  });

  it('is not asked for', async () => {
    const answer = await exchange(strangers(['Content-Length: 12', 'Expect: 100-continue']));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('is refused as such even where nothing is', async () => {
    const answer = await exchange(strangers(['Content-Length: 1000000000000']).replace('/projects', '/nowhere'));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('leaves the connection open where there is little of it', async () => {
    const body = '{"name":"x"}';
    const next = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answer = await exchange(strangers([sized(body)]) + body + next);
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200']);
  });
});

describe('a body that waits to be asked for', () => {
  it('is asked for once the key is known, and taken', async () => {
    const body = '{"name":"x"}';
    const socket = await open(service.url);
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(body);
    });
    socket.write(request([post, json, sized(body), 'Expect: 100-continue']));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
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
