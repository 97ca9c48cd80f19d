import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Allow } from '../auth/access.js';
import { roles, type CommandContext, type Outcome } from '../../kernel/command-context.js';
import { CommandFrom } from './command-from.js';
import { DescribeCommand, DescribeRead } from './describe.js';
import { Text, Whole } from './fields.js';
import { httpFixture, type HttpFixture } from './http-app.fixture.js';
import { PageQuery } from './page.js';
import { IdParam } from './params.js';

const CORRELATION_ID = '0192f0c0-0000-7000-8000-000000000001';

class ThingRequest {
  @Text({ max: 20 })
  readonly name!: string;
}

class ThingResponse {
  @Text()
  readonly name!: string;

  @Whole()
  readonly size!: number;
}

@Controller('things')
class ThingsController {
  @Post()
  @Allow('operator')
  @DescribeCommand({ summary: 'Make a thing', answer: ThingResponse, status: 201 })
  make(@Body() { name }: ThingRequest, @CommandFrom() context: CommandContext): Outcome {
    return { kind: 'created', body: { name, context }, version: 1, location: '/things/1' };
  }

  @Get()
  @Allow(...roles)
  @DescribeRead({ summary: 'List things', answer: ThingResponse })
  list(@Query() query: PageQuery): PageQuery {
    return query;
  }

  @Get('broken')
  @Allow(...roles)
  @DescribeRead({ summary: 'Break', answer: ThingResponse })
  broken(): never {
    throw new TypeError('the inner secret');
  }

  @Get('offline')
  @Allow(...roles)
  @DescribeRead({ summary: 'Lose the database', answer: ThingResponse })
  offline(): never {
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  }

  @Get(':id')
  @Allow(...roles)
  @DescribeRead({ summary: 'Read a thing', answer: ThingResponse })
  read(@IdParam('id') id: string): object {
    return { name: id, size: 1 };
  }
}

let fixture: HttpFixture;
let auth: { authorization: string };

beforeAll(async () => {
  fixture = await httpFixture([ThingsController], { bodyLimitBytes: 2_000 });
  auth = await fixture.keyFor('operator');
});
afterAll(() => fixture.app.close());

type Answered = Readonly<{
  correlation_id?: string;
  context?: object;
  errors?: readonly { pointer: string }[];
}>;

type Sent = Readonly<{ method?: 'GET' | 'POST' | 'DELETE'; url: string; headers?: object; body?: unknown }>;

async function send({ method = 'GET', url, headers = {}, body }: Sent) {
  const payload = body === undefined ? {} : { payload: body as string };
  const response = await fixture.app.inject({ method, url, headers: { ...auth, ...headers }, ...payload });
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    json: () => response.json<Answered>(),
  };
}

const json = { 'content-type': 'application/json' };

describe('the edge', () => {
  it('answers a command with its status, version and place', async () => {
    const { status, headers } = await send({ method: 'POST', url: '/things', body: { name: 'a' } });
    expect(status).toBe(201);
    expect(headers).toMatchObject({ etag: '"1"', location: '/things/1' });
  });

  it('accepts /api before every route', async () => {
    expect((await send({ url: '/api/things' })).status).toBe(200);
    expect((await send({ url: '/api/health/live' })).json()).toEqual({ status: 'live' });
    expect((await send({ url: '/api/things?limit=3' })).json()).toEqual({ limit: 3 });
    for (const url of ['/api', '/api/', '/api?x=1', '/?x=1']) {
      const { status, headers } = await send({ url });
      expect({ url, status, to: headers['location'] }).toEqual({ url, status: 302, to: '/docs' });
    }
    expect((await send({ url: '/apinion' })).status).toBe(404);
  });

  it('sends the correlation id back, on refusals too, and puts it on the log', async () => {
    const headers = { 'x-correlation-id': CORRELATION_ID.toUpperCase() };
    const refused = await send({ url: '/things/nope', headers });
    expect(refused.headers['x-correlation-id']).toBe(CORRELATION_ID);
    expect(refused.json()).toMatchObject({ correlation_id: CORRELATION_ID, instance: '/things/nope' });
    const lines = fixture.lines.map((line) => JSON.parse(line) as object);
    expect(lines).toContainEqual(expect.objectContaining({ correlation_id: CORRELATION_ID, status: 400 }));
  });

  it('builds the context of a command from the key and the headers', async () => {
    const headers = {
      'x-correlation-id': CORRELATION_ID,
      'if-match': 'W/"7"',
      'x-occurred-at': '2026-01-01T01:00:00+01:00',
    };
    const { context } = (
      await send({ method: 'POST', url: '/things?dry_run=true', headers, body: { name: 'a' } })
    ).json();
    expect(context).toMatchObject({
      caller: { actor: { type: 'user', id: 'ada' }, roles: ['operator'] },
      correlationId: CORRELATION_ID,
      expectedVersion: 7,
      occurredAt: '2026-01-01T00:00:00.000Z',
      dryRun: true,
    });
  });

  it('gives lists their defaults', async () => expect((await send({ url: '/things' })).json()).toEqual({ limit: 50 }));
});

describe('bad input', () => {
  it.each<[string, Sent, number, string, string | undefined]>([
    ['broken JSON', { method: 'POST', url: '/things', headers: json, body: '{"name":' }, 400, 'invalid-input', ''],
    ['an unknown field', { method: 'POST', url: '/things', body: { name: 'a', x: 1 } }, 400, 'invalid-input', '/x'],
    ['a missing body', { method: 'POST', url: '/things' }, 400, 'invalid-input', '/name'],
    ['a NUL byte', { method: 'POST', url: '/things', body: { name: 'a\0' } }, 400, 'invalid-input', '/name'],
    ['a list for a body', { method: 'POST', url: '/things', body: [] }, 400, 'invalid-input', ''],
    [
      'another type',
      { method: 'POST', url: '/things', headers: { 'content-type': 'text/plain' }, body: 'a' },
      415,
      'unsupported-media-type',
      undefined,
    ],
    [
      'a body too large',
      { method: 'POST', url: '/things', body: { name: 'a'.repeat(3_000) } },
      413,
      'payload-too-large',
      undefined,
    ],
    ['an unknown query', { url: '/things?limt=3' }, 400, 'invalid-input', '/limt'],
    ['a limit out of range', { url: '/things?limit=201' }, 400, 'invalid-input', '/limit'],
    [
      'an unknown query on a command',
      { method: 'POST', url: '/things?dryrun=true', body: { name: 'a' } },
      400,
      'invalid-input',
      '/dryrun',
    ],
    [
      'a dry_run that is neither',
      { method: 'POST', url: '/things?dry_run=1', body: { name: 'a' } },
      400,
      'invalid-input',
      '/dry_run',
    ],
    ['a bad uuid in the path', { url: '/things/nope' }, 400, 'invalid-input', '/id'],
    ['a NUL byte in the path', { url: '/things/a%00b' }, 400, 'invalid-input', '/id'],
    ['a NUL byte in the query', { url: '/things?after=a%00' }, 400, 'invalid-input', '/after'],
    ['a broken escape', { url: '/things/%zz' }, 400, 'invalid-input', ''],
    ['a path part without end', { url: `/things/${'a'.repeat(600)}` }, 400, 'invalid-input', ''],
    [
      'a bad version',
      { method: 'POST', url: '/things', headers: { 'if-match': '"x"' }, body: { name: 'a' } },
      400,
      'invalid-input',
      '/If-Match',
    ],
    [
      'a time to come',
      { method: 'POST', url: '/things', headers: { 'x-occurred-at': '2999-01-01T00:00:00Z' }, body: { name: 'a' } },
      400,
      'invalid-input',
      '/X-Occurred-At',
    ],
    [
      'a bad correlation id',
      { url: '/things', headers: { 'x-correlation-id': 'x' } },
      400,
      'invalid-input',
      '/X-Correlation-Id',
    ],
    ['an unknown route', { url: '/nowhere' }, 404, 'not-found', undefined],
    ['a wrong method', { method: 'DELETE', url: '/things' }, 405, 'method-not-allowed', undefined],
  ])('meets %s with a problem document', async (_what, sent, status, code, pointer) => {
    const answer = await send(sent);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['x-correlation-id']).toBe(answer.json().correlation_id);
    expect(answer.json()).toMatchObject({ type: `/problems/${code}`, status, code });
    expect(answer.status).toBe(status);
    expect(answer.json().errors?.[0]?.pointer).toBe(pointer);
  });

  it('names the methods an address takes', async () =>
    expect((await send({ method: 'DELETE', url: '/things' })).headers['allow']).toBe('GET, HEAD, POST'));
});

describe('a failure', () => {
  it('that is a bug says only the correlation id, and the log has the stack', async () => {
    const { status, text, json: body } = await send({ url: '/things/broken' });
    expect(status).toBe(500);
    expect(text).not.toContain('inner secret');
    const line = fixture.lines.find((entry) => entry.includes('inner secret'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      correlation_id: body().correlation_id,
      err: { type: 'TypeError' },
    });
  });

  it('of the database asks to try again', async () => {
    const { status, headers } = await send({ url: '/things/offline' });
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('2');
  });
});

describe('the pages', () => {
  it.each(['/problems', '/problems/stale-version', '/docs'])('%s is there without a key', async (url) => {
    const response = await fixture.app.inject({ url });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toMatch(/^text\/html/);
  });

  it('know only codes that exist', async () => expect((await send({ url: '/problems/nope' })).status).toBe(404));

  it('serve the assets of the documentation', async () =>
    expect((await fixture.app.inject({ url: '/docs/swagger-ui.css' })).statusCode).toBe(200));
});
