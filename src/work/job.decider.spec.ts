import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '../kernel/domain-error.js';
import { addSeconds } from '../kernel/instant.js';
import type { JsonObject } from '../kernel/json.js';
import {
  cancelJob,
  completeJob,
  evolveJob,
  failJob,
  loseLease,
  needHuman,
  resolveJob,
  retryJob,
  startJob,
  type Job,
} from './job.decider.js';
import type { JobEvent, JobOrder, JobStatus } from './job.events.js';

const noon = '2026-03-01T12:00:00.000Z';
const order: JobOrder = {
  job_id: 'job-1',
  handler: 'scribe',
  payload: {},
  max_attempts: 3,
  backoff: { base_seconds: 10, max_seconds: 15 },
  run_at: null,
  idempotency_key: null,
  on_exhausted: 'needs_human',
  stage: null,
  node: null,
};

type Act = (job: Job, now: string) => readonly JobEvent[];
const lease = (now: string) => ({ workerId: 'w-1', leaseSeconds: 30, leaseExpiresAt: addSeconds(now, 30) });
const starts: Act = (job, now) => [startJob(job, lease(now), now)].filter((event) => event !== null);
const completes: Act = (job) => completeJob(job, { attempt: job.attempts, output: { ok: true } });
const fails: Act = (job, now) => failJob(job, { attempt: job.attempts, error: 'It broke.', chance: 0 }, now);
const failsForGood: Act = (job, now) =>
  failJob(job, { attempt: job.attempts, error: 'It broke.', retryable: false, chance: 0 }, now);
const asks: Act = (job) => needHuman(job, { attempt: job.attempts, reason: 'Unsure.' });
const loses: Act = (job) => loseLease(job, { attempt: job.attempts });
const cancels: Act = (job) => cancelJob(job, 'Not needed.');
const retries: Act = (job, now) => retryJob(job, {}, now);
const retriesWith =
  (payload: JsonObject): Act =>
  (job, now) =>
    retryJob(job, { payload, reason: 'Try this.' }, now);
const succeeds: Act = (job) => resolveJob(job, { outcome: 'succeeded', output: { by: 'hand' }, reason: 'Done.' });
const givesUp: Act = (job) => resolveJob(job, { outcome: 'failed', reason: 'Hopeless.' });
const dismisses: Act = (job) => resolveJob(job, { outcome: 'canceled', reason: 'Moot.' });

function after(...acts: readonly Act[]): Job {
  return acts.reduce<Job>((job, act) => act(job, noon).reduce<Job>(evolveJob, job), queued());
}

function queued(more: Partial<JobOrder> = {}): Job {
  return evolveJob(null, { type: 'job.queued', detail: { ...order, ...more } });
}

/** What an act makes of a job: its status, `as it was` where nothing happens, or the code of the refusal. */
function outcome(job: Job, act: Act): string {
  try {
    const events = act(job, noon);
    return events.length === 0 ? 'as it was' : events.reduce<Job>(evolveJob, job).status;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

const acts = { starts, completes, fails, failsForGood, asks, loses, cancels, retries, succeeds, givesUp, dismisses };
const states: Readonly<Record<JobStatus, Job>> = {
  QUEUED: queued(),
  RUNNING: after(starts),
  SUCCESS: after(starts, completes),
  FAILED: after(starts, asks, givesUp),
  NEEDS_HUMAN: after(starts, loses, starts, asks),
  CANCELED: after(cancels),
};

describe('a job', () => {
  it.each([
    [
      'QUEUED',
      [
        'RUNNING',
        'lease-lost',
        'lease-lost',
        'lease-lost',
        'lease-lost',
        'as it was',
        'CANCELED',
        'as it was',
        'illegal-transition',
        'illegal-transition',
        'illegal-transition',
      ],
    ],
    [
      'RUNNING',
      [
        'as it was',
        'SUCCESS',
        'QUEUED',
        'FAILED',
        'NEEDS_HUMAN',
        'QUEUED',
        'CANCELED',
        'illegal-transition',
        'illegal-transition',
        'illegal-transition',
        'illegal-transition',
      ],
    ],
    [
      'SUCCESS',
      [
        'as it was',
        'as it was',
        'lease-lost',
        'lease-lost',
        'lease-lost',
        'as it was',
        'job-closed',
        'job-closed',
        'job-closed',
        'job-closed',
        'job-closed',
      ],
    ],
    [
      'FAILED',
      [
        'as it was',
        'lease-lost',
        'as it was',
        'as it was',
        'lease-lost',
        'as it was',
        'job-closed',
        'job-closed',
        'job-closed',
        'as it was',
        'job-closed',
      ],
    ],
    [
      'NEEDS_HUMAN',
      [
        'as it was',
        'lease-lost',
        'as it was',
        'as it was',
        'as it was',
        'as it was',
        'CANCELED',
        'QUEUED',
        'SUCCESS',
        'FAILED',
        'CANCELED',
      ],
    ],
    [
      'CANCELED',
      [
        'as it was',
        'lease-lost',
        'lease-lost',
        'lease-lost',
        'lease-lost',
        'as it was',
        'as it was',
        'job-closed',
        'job-closed',
        'job-closed',
        'as it was',
      ],
    ],
  ] as const)('that is %s moves as the table says', (status, expected) => {
    const outcomes = Object.entries(acts).map(([name, act]) => [name, outcome(states[status], act)]);
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(Object.keys(acts).map((name, at) => [name, expected[at]])),
    );
  });

  it('fences what names another attempt than is running', () => {
    const second = after(starts, loses, starts);
    const fence = { job_id: 'job-1', attempt: 1, current_attempt: 2, status: 'RUNNING' };
    expect(() => completeJob(second, { attempt: 1, output: {} })).toThrow(
      expect.objectContaining({ code: 'lease-lost', details: fence }),
    );
    expect(() => failJob(second, { attempt: 1, error: 'x', chance: 0 }, noon)).toThrow('attempt 2 is running');
    expect(loseLease(second, { attempt: 1 })).toEqual([]);
  });

  it('is not taken before it is due', () => {
    const later = queued({ run_at: addSeconds(noon, 60) });
    expect(starts(later, addSeconds(noon, 59))).toEqual([]);
    expect(starts(later, addSeconds(noon, 60))).toHaveLength(1);
  });

  it('waits longer after each failure, within its bounds, whatever chance says', () => {
    const waits = (chance: number) => {
      const failure = { error: 'x', chance };
      const first = failJob(after(starts), { attempt: 1, ...failure }, noon);
      const again = first.reduce<Job>(evolveJob, after(starts));
      const running = starts(again, addSeconds(noon, 60)).reduce<Job>(evolveJob, again);
      return [first, failJob(running, { attempt: 2, ...failure }, noon)].map(([event]) =>
        event?.type === 'job.retry_scheduled' ? event.detail.next_run_at : '',
      );
    };
    expect(waits(0)).toEqual([addSeconds(noon, 5), addSeconds(noon, 7.5)]);
    expect(waits(0.5)).toEqual([addSeconds(noon, 7.5), addSeconds(noon, 11.25)]);
  });

  it('cuts an error that is too long', () => {
    const [event] = failJob(after(starts), { attempt: 1, error: 'x'.repeat(5000), chance: 0 }, noon);
    expect(event?.detail).toMatchObject({ error: 'x'.repeat(4000) });
    const split = failJob(after(starts), { attempt: 1, error: `${'x'.repeat(3999)}\u{1f6a2}`, chance: 0 }, noon);
    expect(split[0]?.detail).toMatchObject({ error: `${'x'.repeat(3999)}\ufffd` }); // Half a character cannot be stored.
    const [asked] = needHuman(after(starts), { attempt: 1, reason: `${'x'.repeat(3999)}\u{1f6a2}` });
    expect(asked?.detail).toMatchObject({ error: `${'x'.repeat(3999)}\ufffd` });
  });

  it('refuses an output that is too large, whoever brings it', () => {
    const output = 'x'.repeat(262_144);
    const refused = expect.objectContaining({
      code: 'output-too-large',
      details: { job_id: 'job-1', node: null, length: 262_146, limit: 262_144 },
    });
    expect(() => completeJob(after(starts), { attempt: 1, output })).toThrow(refused);
    expect(() => resolveJob(states.NEEDS_HUMAN, { outcome: 'succeeded', output, reason: 'x' })).toThrow(refused);
  });

  it.each(['failed', 'canceled'] as const)(
    'refuses an output that would be lost, because a person says it %s',
    (outcome) => {
      const asked = { outcome, output: null, reason: 'x' };
      expect(() => resolveJob(states.NEEDS_HUMAN, asked)).toThrow(
        expect.objectContaining({
          code: 'invalid-input',
          details: { errors: [expect.objectContaining({ pointer: '/output' })] },
        }),
      );
    },
  );

  it('counts anew when a person has it run again', () => {
    const hour = addSeconds(noon, 3600);
    const late = (...moves: readonly Act[]) =>
      moves.reduce<Job>((job, act) => act(job, hour).reduce<Job>(evolveJob, job), queued());
    const used = late(starts, fails, startsLater, fails, startsLater, fails);
    expect(used).toMatchObject({ status: 'NEEDS_HUMAN', failedCount: 2 });
    expect(late(starts, fails, startsLater, fails, startsLater, fails, retries, startsLater, fails)).toMatchObject({
      status: 'QUEUED',
      failedCount: 1,
    });
  });
});

const startsLater: Act = (job, now) => starts(job, addSeconds(now, 60));

describe('any sequence of acts on a job', () => {
  const legal: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
    QUEUED: ['RUNNING', 'CANCELED', 'QUEUED', 'NEEDS_HUMAN'],
    RUNNING: ['SUCCESS', 'QUEUED', 'FAILED', 'NEEDS_HUMAN', 'CANCELED'],
    NEEDS_HUMAN: ['QUEUED', 'SUCCESS', 'FAILED', 'CANCELED'],
    SUCCESS: [],
    FAILED: [],
    CANCELED: [],
  };
  const all: readonly Act[] = [...Object.values(acts), starts, fails, loses, startsLater, retriesWith({ a: 1 })];

  it('moves along the table, has no effect when it is repeated, and survives being written down', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...all), { maxLength: 120, size: 'max' }), (sequence) => {
        let job = queued();
        for (const act of sequence) {
          if (isRefused(job, act)) continue;
          for (const event of act(job, noon)) {
            const next = evolveJob(job, event);
            expect(legal[job.status]).toContain(next.status);
            expect(next.attempts - job.attempts).toBe(event.type === 'job.started' ? 1 : 0);
            job = next;
          }
          expect(JSON.parse(JSON.stringify(job))).toEqual(job);
          if (!isRefused(job, act)) expect(act(job, noon)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function isRefused(job: Job, act: Act): boolean {
  return ['lease-lost', 'job-closed', 'illegal-transition'].includes(outcome(job, act));
}
