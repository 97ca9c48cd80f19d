import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../src/kernel/decider.js';
import { project } from '../../src/kernel/projection.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import { itemsOf } from '../../src/kernel/vector.js';
import { type JobEvent, jobCatalogue } from '../../src/work/job.events.js';
import { jobDecider } from '../../src/work/jobs/job-command.decider.js';
import { jobs } from '../../src/work/jobs/job.projection.js';

/** Jobs as the first version stored them, and what they were then read as. The file is never edited. */
type Frozen = Readonly<{
  events: readonly Recorded<JobEvent>[];
  readAs: Readonly<{ state: object; row: object & { reservedUntil?: null } }>;
}>;

const frozen = JSON.parse(readFileSync(new URL('./frozen/jobs.v1.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Frozen>
>;

describe('jobs stored by an earlier version', () => {
  it.each(Object.entries(frozen))('fold to what they folded to then: %s', (_name, { events, readAs }) => {
    const { reservedUntil: _elsewhereByNow, ...row } = readAs.row;
    const [state] = itemsOf(fold(jobDecider.evolve, jobDecider.initialState, events).jobs);
    expect(state).toMatchObject(readAs.state);
    expect([...project(jobs, new Map(), events).values()]).toMatchObject([row]);
  });

  it('have every type of event between them', () => {
    const types = new Set(Object.values(frozen).flatMap(({ events }) => events.map(({ type }) => type)));
    expect([...types].sort()).toEqual(Object.keys(jobCatalogue).sort());
  });
});
