import { Body, Controller, Param, Post } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refuse } from '../../kernel/domain-error.js';
import { Allow } from '../auth/access.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { CommandFrom } from './command-from.js';
import { DescribeCommand } from './describe.js';
import { Text } from './fields.js';
import { httpFixture, type HttpFixture } from './http-app.fixture.js';

let runCount = 0;

class NoteRequest {
  @Text({ max: 10 })
  readonly text!: string;
}

@Controller('notes')
class NotesController {
  @Post(':id')
  @Allow('operator')
  @DescribeCommand({ summary: 'Write a note', answer: NoteRequest, problems: ['run-parked'] })
  write(@Param('id') id: string, @Body() { text }: NoteRequest, @CommandFrom() context: CommandContext): Outcome {
    runCount += 1;
    if (id === 'parked') throw refuse('run-parked', 'It is parked.');
    return { kind: 'ok', body: { text, receipt: context.receipt }, version: runCount };
  }
}

let fixture: HttpFixture;
let auth: object;

beforeEach(async () => {
  runCount = 0;
  fixture = await httpFixture([NotesController]);
  auth = await fixture.keyFor('operator');
});
afterEach(() => fixture.app.close());

async function write(url: string, payload: object, headers: object = {}) {
  const sent = { 'idempotency-key': 'k-1', ...auth, ...headers };
  const response = await fixture.app.inject({ method: 'POST', url, headers: sent, payload });
  return { status: response.statusCode, headers: response.headers, body: response.json<Record<string, unknown>>() };
}

describe('a command with an idempotency key', () => {
  it('hands its receipt to the handler and is answered once, with or without /api', async () => {
    const first = await write('/notes/1', { text: 'a' });
    expect(first.body).toMatchObject({ receipt: { key: 'k-1', requestHash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    const again = await write('/api/notes/1', { text: 'a' });
    expect(again.body).toEqual(first.body);
    expect(again.headers).toMatchObject({ etag: '"1"', 'idempotency-replayed': 'true' });
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(runCount).toBe(1);
  });

  it.each([
    ['another body', '/notes/1', { text: 'b' }, {}],
    ['another path', '/notes/2', { text: 'a' }, {}],
    ['another version', '/notes/1', { text: 'a' }, { 'if-match': '"1"' }],
    ['another time', '/notes/1', { text: 'a' }, { 'x-occurred-at': '2026-01-01T00:00:00Z' }],
  ])('is another request with %s', async (_what, url, payload, headers) => {
    await write('/notes/1', { text: 'a' });
    expect(await write(url, payload, headers)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('is refused again in the same words, under the correlation id of the first', async () => {
    const first = await write('/notes/parked', { text: 'a' });
    const again = await write('/notes/parked', { text: 'a' });
    expect(first.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(again).toMatchObject({ status: 409, body: first.body });
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' });
    expect(again.headers['x-correlation-id']).not.toBe(first.headers['x-correlation-id']);
    expect(runCount).toBe(1);
  });

  it('may be mended under the same key where it was not understood', async () => {
    expect(await write('/notes/1', { text: 'far too long a text' })).toMatchObject({ status: 400 });
    expect(await write('/notes/1', { text: 'a' })).toMatchObject({ status: 200 });
  });

  it('leaves the key free after a dry run', async () => {
    await write('/notes/1?dry_run=true', { text: 'a' });
    expect((await write('/notes/1', { text: 'b' })).status).toBe(200);
    expect(runCount).toBe(2);
  });

  it.each(['', 'ü', 'a'.repeat(256)])('is refused where the key is %j', async (key) =>
    expect(await write('/notes/1', { text: 'a' }, { 'idempotency-key': key })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/Idempotency-Key', in: 'header' }] },
    }),
  );
});
