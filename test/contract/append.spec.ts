import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { sessionOptions } from '../../src/platform/database/data-source.js';
import type { Append } from '../../src/platform/event-store/append.js';
import {
  ClaimHeldError,
  ConcurrencyError,
  TransientError,
  UnwritableError,
} from '../../src/platform/event-store/errors.js';
import { appendParameters } from '../../src/platform/event-store/append-parameters.js';
import { leafHash } from '../../src/platform/event-store/content-hash.js';
import { RECORDED_AT } from '../../src/platform/event-store/recorded-at.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { note, openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

const notes = (streamId: string, from: number, count: number): Append => ({
  streamId,
  expectedVersion: from,
  events: Array.from({ length: count }, (_, index) => note(streamId, from + index + 1)),
  rows: {},
});
/** As an append locks a stream: by the last 64 bits of its id. */
const LOCK = `select pg_advisory_xact_lock(('x' || right(replace($1, '-', ''), 16))::bit(64)::bigint)`;
const read = (streamId: string) => opened.store.read(DEFAULT_TENANT_ID, streamId);
const lastSequence = async () => {
  const client = await opened.superuser();
  const { rows } = await client.query<{ last_value: string }>('select last_value from stage_event_sequence');
  return rows[0]?.last_value;
};
const receiptOf = (key: string, requestHash = 'ab'.repeat(32)) => ({
  key,
  requestHash,
  answer: { status: 200, body: { recorded: RECORDED_AT }, headers: {} },
});

describe('appending to a stream', () => {
  it('records the events in order, from version 1 on, at one time', async () => {
    const streamId = newId();
    const [result] = await opened.store.append([notes(streamId, 0, 3)]);
    const events = await read(streamId);
    expect(events.map(({ streamVersion, detail }) => [streamVersion, detail['text']])).toEqual([
      [1, 'note 1'],
      [2, 'note 2'],
      [3, 'note 3'],
    ]);
    expect(new Set(events.map(({ recordedAt }) => recordedAt))).toEqual(
      new Set([(result as { recordedAt: string }).recordedAt]),
    );
    expect(events.every(({ occurredAt, recordedAt }) => occurredAt === recordedAt)).toBe(true);
  });

  it('records who acted for each event by itself', async () => {
    const streamId = newId();
    const events = [note(streamId, 1), note(streamId, 2, { actor: { type: 'system', id: 'rule' } })];
    await opened.store.append([{ streamId, expectedVersion: 0, events, rows: {} }]);
    expect((await read(streamId)).map(({ actor }) => actor)).toEqual([
      { type: 'user', id: 'olga' },
      { type: 'system', id: 'rule' },
    ]);
  });

  it('keeps the time at which the caller says it happened', async () => {
    const streamId = newId();
    await opened.store.append([
      { ...notes(streamId, 0, 1), events: [note(streamId, 1, { occurredAt: '2026-01-02T03:04:05.678Z' })] },
    ]);
    const [event] = await read(streamId);
    expect(event?.occurredAt).toBe('2026-01-02T03:04:05.678Z');
    expect(event?.recordedAt).not.toBe(event?.occurredAt);
  });

  it('records for each event the flow and the act it is of, and when it happened', async () => {
    const streamId = newId();
    const about = { command_id: newId(), stream_version: 0 };
    const own = [
      { correlationId: newId(), context: about },
      { correlationId: newId(), context: about, occurredAt: '2026-01-02T03:04:05.678Z' },
      { correlationId: newId(), context: { command_id: newId(), stream_version: 2 } },
    ];
    const events = own.map((one, index) => note(streamId, index + 1, one));
    const lone = newId();
    await opened.store.append([
      notes(lone, 0, 1),
      { streamId, expectedVersion: 0, events, rows: {} },
      notes(newId(), 0, 1),
    ]);
    const recorded = await read(streamId);
    expect(recorded.map(({ correlationId, context }) => ({ correlationId, context }))).toEqual(
      own.map(({ correlationId, context }) => ({ correlationId, context })),
    );
    expect(recorded.map(({ occurredAt, recordedAt }) => occurredAt === recordedAt)).toEqual([true, false, true]);
    expect(recorded[1]?.occurredAt).toBe('2026-01-02T03:04:05.678Z');
    expect(new Set(recorded.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    expect([...recorded, ...(await read(lone))].map((event) => [leafHash(event).toString('hex')])).toEqual(
      [...recorded, ...(await read(lone))].map(({ leafHash: stored }) => [stored]),
    );
  });

  it('takes the append of a process that knows one act for each stream', async () => {
    const [streamId, other] = [newId(), newId()];
    const [correlationId, context] = [newId(), { command_id: newId() }];
    const flow = { correlationId, context };
    const values = appendParameters([
      { streamId, expectedVersion: 0, events: [note(streamId, 1, flow), note(streamId, 2, flow)], rows: {} },
      notes(other, 0, 1),
    ]);
    expect(values.splice(31)).toEqual(Array(10).fill(null));
    const places = values.map((_, index) => `$${String(index + 1)}`).join(', ');
    const client = new pg.Client({ ...opened.connection, options: sessionOptions('stageline_app') });
    await client.connect();
    await client.query(`select append_events(${places})`, values);
    await client.end();
    const recorded = await read(streamId);
    expect(recorded).toMatchObject([flow, flow]);
    expect(recorded.map((event) => leafHash(event).toString('hex'))).toEqual(recorded.map(({ leafHash }) => leafHash));
    expect(await read(other)).toHaveLength(1);
  });

  it('refuses another version than the stream is at, saying both, and burns no sequence number', async () => {
    const streamId = newId();
    await opened.store.append([notes(streamId, 0, 2)]);
    const before = await lastSequence();
    const stale = opened.store.append([notes(streamId, 1, 1)]);
    await expect(stale).rejects.toBeInstanceOf(ConcurrencyError);
    await expect(stale).rejects.toMatchObject({ streamId, expected: 1, actual: 2 });
    await expect(opened.store.append([notes(newId(), 4, 1)])).rejects.toMatchObject({ expected: 4, actual: 0 });
    expect(await lastSequence()).toBe(before);
    expect(await read(streamId)).toHaveLength(2);
  });

  it('refuses an append without events', async () => {
    await expect(opened.store.append([{ ...notes(newId(), 0, 1), events: [] }])).rejects.toThrow('at least one event');
  });

  it('computes in the database the leaf hash that anyone can compute from the stored event', async () => {
    const streamId = newId();
    const detail = {
      zebra: 1e21,
      apple: [1.5, -0, 0.1],
      text: 'naïve “quotes” 𝄞 \\ \u2028',
      nested: { b: null, a: true },
    };
    await opened.store.append([
      { ...notes(streamId, 0, 1), events: [note(streamId, 1, { detail, reason: 'because' })] },
    ]);
    const [event] = await read(streamId);
    expect(event && leafHash(event).toString('hex')).toBe(event?.leafHash);
  });

  it('keeps another tenant out of the stream', async () => {
    const streamId = newId();
    await opened.store.append([notes(streamId, 0, 1)]);
    const other = '00000000-0000-7000-8000-0000000000ff';
    const intruder = { ...notes(streamId, 1, 1), events: [note(streamId, 2, { tenantId: other })] };
    await expect(opened.store.append([intruder])).rejects.toBeInstanceOf(ConcurrencyError);
    expect(await opened.store.read(other, streamId)).toEqual([]);
  });
});

describe('appending for many commands at once', () => {
  it('writes each to its own stream', async () => {
    const streams = Array.from({ length: 20 }, () => newId());
    const results = await opened.store.append(streams.map((streamId) => notes(streamId, 0, 2)));
    expect(results).toHaveLength(20);
    const versions = await Promise.all(streams.map((streamId) => opened.store.version(DEFAULT_TENANT_ID, streamId)));
    expect(versions).toEqual(streams.map(() => 2));
  });

  it('writes none when one of them is refused', async () => {
    const [fresh, stale] = [newId(), newId()];
    await expect(opened.store.append([notes(fresh, 0, 1), notes(stale, 7, 1)])).rejects.toMatchObject({
      streamId: stale,
    });
    expect(await read(fresh)).toEqual([]);
  });

  it('refuses a stream that stands in it twice', async () => {
    const streamId = newId();
    await expect(opened.store.append([notes(streamId, 0, 1), notes(streamId, 1, 1)])).rejects.toThrow('once');
  });
});

describe('appending under an idempotency key', () => {
  it('answers a repeat with the stored answer and appends nothing', async () => {
    const [streamId, key] = [newId(), newId()];
    const [first] = await opened.store.append([{ ...notes(streamId, 0, 1), receipt: receiptOf(key) }]);
    const [again] = await opened.store.append([{ ...notes(streamId, 1, 1), receipt: receiptOf(key) }]);
    expect(again).toEqual({
      replayed: { status: 200, body: { recorded: (first as { recordedAt: string }).recordedAt }, headers: {} },
    });
    expect(await read(streamId)).toHaveLength(1);
  });

  it('refuses the key for another request', async () => {
    const [streamId, key] = [newId(), newId()];
    await opened.store.append([{ ...notes(streamId, 0, 1), receipt: receiptOf(key) }]);
    const other = { ...notes(streamId, 1, 1), receipt: receiptOf(key, 'cd'.repeat(32)) };
    await expect(opened.store.append([other])).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('takes effect once when many send the same key at the same moment, to one stream or to new ones', async () => {
    const key = newId();
    const results = await Promise.all(
      Array.from({ length: 16 }, () => {
        const streamId = newId();
        return opened.store.append([{ ...notes(streamId, 0, 1), receipt: receiptOf(key) }]);
      }),
    );
    expect(results.filter(([result]) => result && 'recordedAt' in result)).toHaveLength(1);
  });
});

describe('claiming a name for a stream', () => {
  it('lets one stream at a time hold it', async () => {
    const [holder, other, claim] = [newId(), newId(), `claim-${newId()}`];
    await opened.store.append([{ ...notes(holder, 0, 1), claims: { take: [claim], release: [] } }]);
    const refused = opened.store.append([{ ...notes(other, 0, 1), claims: { take: [claim], release: [] } }]);
    await expect(refused).rejects.toBeInstanceOf(ClaimHeldError);
    await expect(refused).rejects.toMatchObject({ claim, holder });
    expect(await read(other)).toEqual([]);

    await opened.store.append([{ ...notes(holder, 1, 1), claims: { take: [], release: [claim] } }]);
    await opened.store.append([{ ...notes(other, 0, 1), claims: { take: [claim], release: [] } }]);
    expect(await read(other)).toHaveLength(1);
  });
});

describe('appending one command’s events among many others', () => {
  const appendAll = (appends: readonly Append[]) =>
    Promise.allSettled(appends.map((append) => opened.store.appendOne(append)));
  const refused = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [[index, outcome.reason as Error]] : []));

  it('refuses the one that is stale and no other', async () => {
    const streams = Array.from({ length: 60 }, () => newId());
    const outcomes = await appendAll(streams.map((streamId, index) => notes(streamId, index === 41 ? 9 : 0, 2)));
    expect(refused(outcomes)).toEqual([[41, expect.any(ConcurrencyError)]]);
    const versions = await Promise.all(streams.map((streamId) => opened.store.version(DEFAULT_TENANT_ID, streamId)));
    expect(versions).toEqual(streams.map((_, index) => (index === 41 ? 0 : 2)));
  });

  it('refuses the one that cannot be written down and no other', async () => {
    const appends = Array.from({ length: 9 }, () => notes(newId(), 0, 1));
    const half = newId();
    appends[4] = { ...notes(half, 0, 1), events: [note(half, 1, { detail: { text: '\ud800' } })] };
    expect(refused(await appendAll(appends))).toEqual([[4, expect.any(UnwritableError)]]);
  });

  it('lets one of those who want the same claim have it', async () => {
    const claim = `claim-${newId()}`;
    const claims = { take: [claim], release: [] };
    const outcomes = await appendAll(Array.from({ length: 20 }, () => ({ ...notes(newId(), 0, 1), claims })));
    expect(refused(outcomes).map(([, reason]) => reason)).toEqual(Array(19).fill(expect.any(ClaimHeldError)));
  });

  it('takes effect once under one idempotency key, and answers the others with that or asks them to try again', async () => {
    const receipt = receiptOf(newId());
    const outcomes = await appendAll(Array.from({ length: 20 }, () => ({ ...notes(newId(), 0, 1), receipt })));
    const recordedCount = outcomes.filter(
      (outcome) => outcome.status === 'fulfilled' && 'recordedAt' in outcome.value,
    ).length;
    expect(recordedCount).toBe(1);
    for (const [, reason] of refused(outcomes)) expect(reason).toBeInstanceOf(TransientError);
  });

  it('does not wait for streams that another session holds', async () => {
    const holder = await opened.superuser();
    const held = [newId(), newId()];
    await holder.query('begin');
    for (const streamId of held) await holder.query(LOCK, [streamId]);
    const blocked = held.map((streamId) => opened.store.appendOne(notes(streamId, 0, 1)));
    await new Promise((resolve) => setImmediate(resolve)); // Whoever comes in the same turn may share their transaction.
    const others = Array.from({ length: 20 }, () => opened.store.appendOne(notes(newId(), 0, 1)));
    expect(await Promise.all(others)).toHaveLength(20);
    expect((await Promise.all(held.map(read))).flat()).toEqual([]);
    await holder.query('commit');
    expect(await Promise.all(blocked)).toHaveLength(2);
  });
});
