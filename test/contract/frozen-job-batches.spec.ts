import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../src/kernel/decider.js';
import { project } from '../../src/kernel/projection.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import type { JobStreamEvent } from '../../src/work/job-batch.events.js';
import { jobDecider } from '../../src/work/jobs/job-command.decider.js';
import { jobs } from '../../src/work/jobs/job.projection.js';

/** Batches as the first version stored them, and what they were then read as. The file is never edited. */
type Frozen = Readonly<{
  events: readonly Recorded<JobStreamEvent>[];
  readAs: Readonly<{ state: object; rows: readonly object[] }>;
}>;

const frozen = JSON.parse(readFileSync(new URL('./frozen/job-batches.v1.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Frozen>
>;

describe('batches of jobs stored by an earlier version', () => {
  it.each(Object.entries(frozen))('fold to what they folded to then: %s', (_name, { events, readAs }) => {
    expect(fold(jobDecider.evolve, jobDecider.initialState, events)).toMatchObject(readAs.state);
    expect([...project(jobs, new Map(), events as never).values()]).toMatchObject(readAs.rows);
  });
});
