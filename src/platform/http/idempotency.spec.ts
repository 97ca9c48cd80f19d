import { describe, expect, it } from '@jest/globals';
import { refuse, type ErrorCode } from '../../kernel/domain-error.js';
import type { Outcome } from '../../kernel/command-context.js';
import { Idempotency, type KeyedRequest } from './idempotency.js';
import { MemoryReceipts } from './receipts.fake.js';

const request: KeyedRequest = {
  tenantId: 't-1',
  receipt: { key: 'k-1', requestHash: 'aa' },
  instance: '/things',
  correlationId: 'c-1',
};
const other: KeyedRequest = { ...request, receipt: { key: 'k-1', requestHash: 'bb' } };
const done: Outcome = { kind: 'created', body: { name: 'a' }, version: 3, location: '/things/1' };

function edge(store = new MemoryReceipts()) {
  const idempotency = new Idempotency(store);
  let runCount = 0;
  const answer = (keyed: KeyedRequest, result: Outcome | Error = done) =>
    idempotency.answer(keyed, () => {
      runCount += 1;
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    });
  return { idempotency, store, answer, runs: () => runCount };
}

describe('a request with an idempotency key', () => {
  it('runs once and gets the same answer again, marked as replayed', async () => {
    const { answer, runs } = edge();
    const first = await answer(request);
    const second = await answer(request);
    expect(runs()).toBe(1);
    expect(second).toEqual({ ...first, headers: { ...first.headers, 'idempotency-replayed': 'true' } });
    expect(first.headers).toEqual({ etag: '"3"', location: '/things/1' });
  });

  it('is refused where the key came with another request', async () => {
    const { answer, runs } = edge();
    await answer(request);
    await expect(answer(other)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    expect(runs()).toBe(1);
  });

  it('runs for another tenant with the same key', async () => {
    const { answer, runs } = edge();
    await answer(request);
    await answer({ ...request, tenantId: 't-2' });
    expect(runs()).toBe(2);
  });

  it('is told to wait while the first is running', async () => {
    const { idempotency, answer } = edge();
    const gate = Promise.withResolvers<Outcome>();
    const first = idempotency.answer(request, () => gate.promise);
    await expect(answer(request)).rejects.toMatchObject({ code: 'command-in-progress' });
    await expect(answer(other)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    gate.resolve(done);
    await first;
    expect((await answer(request)).headers).toHaveProperty('idempotency-replayed');
  });

  it.each<ErrorCode>(['run-not-found', 'run-parked', 'stale-version', 'not-a-decider', 'reason-required'])(
    'keeps the refusal %s, word for word',
    async (code) => {
      const { answer, runs } = edge();
      const first = await answer(request, refuse(code, 'No.', { expected: 1 }));
      const second = await answer({ ...request, correlationId: 'c-2' });
      expect(runs()).toBe(1);
      expect(second.body).toEqual(first.body);
      expect(second).toMatchObject({ status: first.status, body: { code, expected: 1, correlation_id: 'c-1' } });
    },
  );

  it.each([
    refuse('invalid-input', 'No.'),
    refuse('too-many-requests', 'Slow.'),
    refuse('service-unavailable', 'Later.'),
    new TypeError('a bug'),
  ])('runs again after what says nothing about the command: %s', async (failure) => {
    const { answer } = edge();
    await expect(answer(request, failure)).rejects.toBe(failure);
    expect((await answer(request)).status).toBe(201);
  });

  it('keeps no dry run, and nothing that was kept with the events', async () => {
    const { answer, store } = edge();
    await answer(request, { ...done, kind: 'dry_run' });
    await answer(request, { ...done, receiptStored: true });
    expect(await store.find('t-1', 'k-1')).toBeNull();
  });

  it('gets the answer of a twin that was faster elsewhere', async () => {
    const { idempotency, store } = edge();
    const answer = await idempotency.answer(request, async () => {
      await store.store('t-1', request.receipt, { status: 200, body: { name: 'twin' }, headers: {} });
      return done;
    });
    expect(answer).toMatchObject({ status: 200, body: { name: 'twin' }, headers: { 'idempotency-replayed': 'true' } });
  });

  it('gets the kept answer itself where the store found it in the transaction', async () => {
    const { idempotency, store } = edge();
    const answer = await idempotency.answer(request, async () => {
      await store.store('t-1', request.receipt, { status: 409, body: { code: 'run-parked' }, headers: {} });
      return { ...done, replayed: true, receiptStored: true };
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'run-parked' } });
  });

  it('raises what keeps the answer from being kept', async () => {
    const failure = new Error('disk full');
    const store = Object.assign(new MemoryReceipts(), { store: () => Promise.reject(failure) });
    await expect(edge(store).answer(request)).rejects.toBe(failure);
  });
});
