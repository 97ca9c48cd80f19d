import fc from 'fast-check';
import { DomainError } from '../../src/kernel/domain-error.js';
import { addSeconds } from '../../src/kernel/instant.js';
import { project } from '../../src/kernel/projection.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import {
  type Folded,
  changedRows,
  foldEvents,
  nothingYet,
  withoutFinalRows,
} from '../../src/platform/event-store/folded.js';
import { type BatchedOrder, type JobStreamEvent, singleJobEvents } from '../../src/work/job-batch.events.js';
import type { JobEvent } from '../../src/work/job.events.js';
import {
  type AskedOfJob,
  type CompleteJob,
  type JobCommand,
  jobDecider,
} from '../../src/work/jobs/job-command.decider.js';
import type { JobRow } from '../../src/work/jobs/job-row.policy.js';
import { jobs } from '../../src/work/jobs/job.projection.js';
import { jobStream } from '../../src/work/jobs/job-stream.js';
import { memberId } from '../../src/work/jobs/members.policy.js';
import { type StreamJobs, jobNamed } from '../../src/work/jobs/stream-jobs.decider.js';
import { recordedOn } from './job-batch-story.js';
import { noon } from './job-story.js';

export const batchId = '01890000-0000-7000-8000-000000000000';

/** The id of the job of that number. */
export const jobId = (number: number) => memberId(batchId, number);

/** What the job of that number is to do. */
export const batchedOrder = (number: number, more: Partial<BatchedOrder> = {}): BatchedOrder => ({
  job_id: jobId(number),
  handler: 'draw',
  payload: { page: number },
  max_attempts: 3,
  run_at: null,
  idempotency_key: `page-${String(number)}`,
  ...more,
});

/** So many jobs that are alike but for their payloads and keys. */
export const alikeOrders = (count: number) => aRange(0, count).map((number) => batchedOrder(number));

export const queueAll = (orders: readonly BatchedOrder[]): JobCommand => ({
  type: 'queue_jobs',
  data: { backoff: { base_seconds: 0, max_seconds: 0 }, on_exhausted: 'needs_human', jobs: orders },
  now: noon,
});

/** What is done to some jobs of a batch, named by their numbers: together, or asked of one after the other. */
export type Deed = Readonly<{ numbers: readonly number[]; worker: string; isRight: boolean } & What>;
type What = Readonly<{ what: 'start' } | { what: 'complete' } | { what: 'ask'; ask: Ask }>;

type Ask = (about: Readonly<{ attempt: number; worker: string }>) => AskedOfJob;

const MANY = { minLength: 6, maxLength: 12, size: 'max' } as const;

const aRange = (after: number, count: number) => Array.from({ length: count }, (_, index) => after + index + 1);

/** What is asked of one job. */
const asks: readonly Ask[] = [
  ({ attempt, worker }) => ({ type: 'complete_job', data: { attempt, output: { by: worker } } }),
  ({ attempt }) => ({ type: 'fail_job', data: { attempt, error: 'No ink.', chance: 0 } }),
  ({ attempt }) => ({ type: 'fail_job', data: { attempt, error: 'No.', retryable: false, chance: 0 } }),
  ({ attempt }) => ({ type: 'lose_lease', data: { attempt } }),
  ({ attempt }) => ({ type: 'need_human', data: { attempt, reason: 'Which one?' } }),
  () => ({ type: 'cancel_job', data: { reason: 'Enough.' } }),
  () => ({ type: 'retry_job', data: { reason: 'Now.' } }),
  ({ worker }) => ({ type: 'retry_job', data: { payload: { for: worker } } }),
  ({ worker }) => ({ type: 'resolve_job', data: { outcome: 'succeeded', output: worker, reason: 'So.' } }),
  () => ({ type: 'resolve_job', data: { outcome: 'failed', reason: 'Hopeless.' } }),
];

const anyWhat = fc.oneof(
  fc.constantFrom({ what: 'start' as const }, { what: 'complete' as const }),
  fc.constantFrom(...asks).map((ask) => ({ what: 'ask' as const, ask })),
);

const anyOrder = fc.record({
  handler: fc.constantFrom('draw', 'draw', 'draw', 'print'),
  max_attempts: fc.constantFrom(3, 3, 1),
  run_at: fc.constantFrom(null, null, null, '2999-01-01T00:00:00.000Z'),
});

/** So many jobs, most of them alike. */
const anyOrders = fc.oneof(fc.array(fc.constant({}), MANY), fc.array(fc.oneof(fc.constant({}), anyOrder), MANY));

/** Some after each other, as a claim takes them, or any. */
const anyNumbers = fc.oneof(
  fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 6 })).map(([after, count]) => aRange(after, count)),
  fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
);

const anyDeed: fc.Arbitrary<Deed> = fc
  .tuple(
    anyWhat,
    fc.record({
      numbers: anyNumbers,
      worker: fc.constantFrom('w1', 'w2'),
      isRight: fc.constantFrom(true, true, true, true, false),
    }),
  )
  .map(([what, how]) => ({ ...what, ...how }));

/** What is done to up to a dozen jobs, one after the other. */
export const anyDeeds = fc.array(anyDeed, { minLength: 6, maxLength: 18, size: 'max' });

/** Batches of up to a dozen jobs, and what is done to them. */
export const anyStory = fc.tuple(anyOrders, anyDeeds);

/** A batch as the process that works on it has it, and the table as its writes leave it. */
export type Told = Readonly<{
  events: readonly Recorded<JobStreamEvent>[];
  folded: Folded<StreamJobs>;
  table: ReadonlyMap<string, JobRow>;
}>;

/** How things stand after each command: rows that are final are forgotten between them, as a process does. */
export function* tellAll(orders: readonly BatchedOrder[], story: readonly Deed[]): Generator<Told> {
  let told: Told = { events: [], folded: nothingYet(jobStream), table: new Map() };
  yield (told = after(told, queueAll(orders)));
  for (const deed of story) {
    for (const command of commandsOf(told, deed)) yield (told = after(told, command));
  }
}

/** How things stand after all of these commands. */
export function tell(orders: readonly BatchedOrder[], ...commands: readonly JobCommand[]): Told {
  const nothing: Told = { events: [], folded: nothingYet(jobStream), table: new Map() };
  return [queueAll(orders), ...commands].reduce(after, nothing);
}

function after({ events, folded, table }: Told, command: JobCommand): Told {
  const more = recordedOn(batchId, decided(folded.state, command), events.length);
  const next = foldEvents(jobStream, folded, more);
  const written = changedRows(jobStream, folded, next)['jobs'] ?? [];
  const rows = written.map(({ row }) => [String(row['id']), row as JobRow] as const);
  return {
    events: [...events, ...more],
    folded: withoutFinalRows(jobStream, next),
    table: new Map([...table, ...rows]),
  };
}

function commandsOf({ folded: { version, state } }: Told, deed: Deed): readonly JobCommand[] {
  const now = addSeconds(noon, version);
  if (deed.what === 'start') return [startAll(deed.numbers, deed.worker, now)];
  const about = deed.numbers.map((number) => ({ jobId: jobId(number), attempt: attemptOf(state, number, deed) }));
  if (deed.what === 'complete') return [completeAll(about.map(withOutput), now)];
  const { ask } = deed;
  // Of two at most: rows are to stay that stand for several.
  return about.slice(0, 2).map(({ jobId, attempt }) => ({ ...ask({ attempt, worker: deed.worker }), jobId, now }));
}

/** With a result that is its own. */
export const withOutput = <About extends object>(about: About, index: number) => ({ ...about, output: { index } });

export const startAll = (numbers: readonly number[], workerId = 'w1', now = noon): JobCommand => ({
  type: 'start_jobs',
  data: { workerId, leaseSeconds: 30, leaseExpiresAt: addSeconds(now, 30), jobIds: numbers.map(jobId) },
  now,
});

export const completeAll = (jobs: readonly CompleteJob[], now = noon): JobCommand => ({
  type: 'complete_jobs',
  data: { jobs },
  now,
});

/** With the attempt that runs, or with one that does not. */
function attemptOf(state: StreamJobs, number: number, { isRight }: Deed): number {
  return (jobNamed(state, jobId(number))?.attempts ?? 0) - (isRight ? 0 : 1);
}

/** What is refused changes nothing. */
function decided(state: StreamJobs, command: JobCommand): readonly JobStreamEvent[] {
  try {
    return jobDecider.decide(state, command);
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

/**
 * What the same events say of each job with a row of its own, by the same handlers. The stream's version is left out: of a row it is that of the last
 * event about any job of the row that it parted from.
 */
export function jobsByThemselves(events: readonly Recorded<JobStreamEvent>[]): readonly object[] {
  const { apart: _none, ...plain } = jobs;
  const singles = events.flatMap((event) => singleJobEvents(event).map((single) => ({ ...event, ...single })));
  const rows = project(plain, new Map(), singles as readonly Recorded<JobEvent>[]);
  return [...rows.values()].map(({ members: _one, ...row }) => withoutVersion(row));
}

export const withoutVersion = <Of extends object>({ streamVersion: _later, ...job }: Of & { streamVersion: number }) =>
  job;
