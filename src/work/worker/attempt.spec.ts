import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { refuse } from '../../kernel/domain-error.js';
import type { JsonValue } from '../../kernel/json.js';
import { attempt, type Reports } from './attempt.js';
import { hopeless, JobFailure, type Runner } from './runner.js';

const work = { id: 'job-1', payload: {}, attempt: 2, correlationId: 'flow-1', idempotencyKey: null };
const leaseLost = () => refuse('lease-lost', 'Attempt 2 has no lease any more.');
const never = new Promise<JsonValue>(() => undefined);

/** Runs an attempt whose lease is short; answers what it told its job, and what it logged. */
async function attempting(
  runner: Runner,
  overrides: Partial<Reports> = {},
  { givenUp = new Set<() => void>(), leaseSeconds = 0.15 } = {},
) {
  const told: unknown[] = [];
  const logged: string[] = [];
  const reports: Reports = {
    beat: () => Promise.resolve({ cancelRequested: false }),
    complete: (output) => Promise.resolve(told.push({ output })),
    fail: ({ message, retryable, retryAfterSeconds }) =>
      Promise.resolve(told.push({ message, retryable, retryAfterSeconds })),
    ...overrides,
  };
  const log = (...words: unknown[]) => logged.push(words.map(String).join(' '));
  const logger = { warn: log, error: log } as unknown as Logger;
  const left = () => leftAfter.push(told.length);
  const leftAfter: number[] = [];
  await attempt(work, { runner, reports, leaseSeconds, givenUp, left, logger });
  return { told, logged, leftAfter };
}

describe('an attempt', () => {
  it('completes with what its runner answers', async () => {
    const { told } = await attempting(({ attempt: count }) => Promise.resolve({ count }));
    expect(told).toEqual([{ output: { count: 2 } }]);
  });

  it('fails as its runner says', async () => {
    const { told: forGood } = await attempting(() => Promise.reject(hopeless('No such thing.')));
    expect(forGood).toEqual([{ message: 'No such thing.', retryable: false, retryAfterSeconds: undefined }]);
    const later = new JobFailure('Busy.', { retryable: true, retryAfterSeconds: 7 });
    expect((await attempting(() => Promise.reject(later))).told).toEqual([
      { message: 'Busy.', retryable: true, retryAfterSeconds: 7 },
    ]);
  });

  it('may be made again after an error nobody foresaw', async () => {
    const runner = () => {
      throw new TypeError('x is not a function');
    };
    expect((await attempting(runner)).told).toEqual([
      { message: 'x is not a function', retryable: true, retryAfterSeconds: undefined },
    ]);
  });

  it('beats while its runner works', async () => {
    let beatCount = 0;
    const thirdBeat = Promise.withResolvers<JsonValue>();
    const beat = () => {
      beatCount += 1;
      if (beatCount === 3) thirdBeat.resolve('done');
      return Promise.resolve({ cancelRequested: false });
    };
    expect((await attempting(() => thirdBeat.promise, { beat })).told).toEqual([{ output: 'done' }]);
  });

  it('outlives beats that fail for a while', async () => {
    let beatCount = 0;
    const thirdBeat = Promise.withResolvers<JsonValue>();
    const beat = () => {
      beatCount += 1;
      if (beatCount < 3) return Promise.reject(new Error('connection terminated'));
      thirdBeat.resolve('done');
      return Promise.resolve({ cancelRequested: false });
    };
    expect((await attempting(() => thirdBeat.promise, { beat }, { leaseSeconds: 1.5 })).told).toEqual([
      { output: 'done' },
    ]);
  });

  it.each<[string, Reports['beat'], string]>([
    ['its lease is lost', () => Promise.reject(leaseLost()), 'lost its lease'],
    ['its job was canceled', () => Promise.resolve({ cancelRequested: true }), 'was canceled'],
    ['nobody could be told for a lease', () => Promise.reject(new Error('gone')), 'could not prolong its lease'],
  ])('ends when %s, with its result discarded', async (_what, beat, words) => {
    const aborted = Promise.withResolvers<undefined>();
    const runner: Runner = async (_work, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve(undefined));
      await aborted.promise;
      return 'too late';
    };
    const { told, logged } = await attempting(runner, { beat });
    await aborted.promise;
    expect(told).toEqual([]);
    expect(logged).toEqual([`Attempt 2 of job job-1 ${words}; its result is discarded.`]);
  });

  it('leaves its place once, before it reports', async () => {
    const { told, leftAfter } = await attempting(() => Promise.resolve('done'));
    expect({ told, leftAfter }).toEqual({ told: [{ output: 'done' }], leftAfter: [0] });
  });

  it('does not wait for a runner that ignores its signal', async () => {
    const { told, leftAfter } = await attempting(() => never, { beat: () => Promise.reject(leaseLost()) });
    expect({ told, leftAfter }).toEqual({ told: [], leftAfter: [0] });
  });

  it('ends without a word when the process waits no longer', async () => {
    const givenUp = new Set<() => void>();
    const attempted = attempting(() => never, {}, { givenUp });
    for (const giveUp of givenUp) giveUp();
    expect(await attempted).toMatchObject({ told: [], logged: [] });
  });

  it('reports until it is heard', async () => {
    let tryCount = 0;
    const complete = () => {
      tryCount += 1;
      return tryCount < 3 ? Promise.reject(new Error('connection terminated')) : Promise.resolve();
    };
    const { logged } = await attempting(() => Promise.resolve(1), { complete }, { leaseSeconds: 60 });
    expect(tryCount).toBe(3);
    expect(logged).toHaveLength(1);
  });

  it('gives up reporting when its lease would be over', async () => {
    const complete = () => Promise.reject(new Error('connection terminated'));
    const { told } = await attempting(() => Promise.resolve(1), { complete });
    expect(told).toEqual([]);
  });

  it('says nothing more where its lease turns out to be lost', async () => {
    const runner = () => pause(1, 'late');
    expect(await attempting(runner, { complete: () => Promise.reject(leaseLost()) })).toMatchObject({
      told: [],
      logged: [],
    });
  });

  it('fails for good with an output that is refused', async () => {
    const complete = () => Promise.reject(refuse('output-too-large', 'It has 300000 characters.'));
    const { told } = await attempting(() => Promise.resolve('x'), { complete });
    expect(told).toEqual([{ message: 'It has 300000 characters.', retryable: false, retryAfterSeconds: undefined }]);
  });

  it('leaves a job to its lease whose failure is refused', async () => {
    const fail = () => Promise.reject(refuse('invalid-input', 'No.'));
    const { logged } = await attempting(() => Promise.reject(new Error('x')), { fail });
    expect(logged).toEqual([expect.stringContaining('runs again after its lease')]);
  });
});
