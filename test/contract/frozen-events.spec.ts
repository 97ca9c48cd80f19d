import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../src/kernel/decider.js';
import { type Projection, type Row, project } from '../../src/kernel/projection.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import { inline } from '../../src/platform/event-store/stream-type.js';
import { decisionGates } from '../../src/runs/decision-gate/decision-gate.projection.js';
import { nodeRuns } from '../../src/runs/node-run/node-run.projection.js';
import { pipelineRuns } from '../../src/runs/pipeline-run/pipeline-run.projection.js';
import { type RunEvent, runCatalogue } from '../../src/runs/run.events.js';
import { stageConfigs } from '../../src/runs/stage-config/stage-config.projection.js';
import { stageGraphs } from '../../src/runs/stage-graph/stage-graph.projection.js';
import { timers } from '../../src/runs/timers/timer.projection.js';
import { runDecider } from '../support/run-story.js';

/**
 * Events as the first version that knew them stored them, and what they were then read as: later versions may know more of them. The files are never edited: an event that was ever stored must
 * decode for ever, by an upcaster where its shape has changed since.
 */
type Frozen = Readonly<{
  events: readonly Recorded<RunEvent>[];
  readAs: Readonly<{ state: object; rows: Readonly<Record<string, readonly Row[]>> }>;
}>;

const frozen = (name: string): Frozen =>
  JSON.parse(readFileSync(new URL(`./frozen/${name}.json`, import.meta.url), 'utf8')) as Frozen;
const stories = [
  'run-completed.v1',
  'run-cancelled.v1',
  'run-ruled.v1',
  'run-worked.v1',
  'run-resumed.v1',
  'run-approved.v1',
];
const projections: readonly Projection<Row, RunEvent>[] = [
  inline(pipelineRuns),
  inline(stageConfigs),
  inline(stageGraphs),
  inline(nodeRuns),
  inline(decisionGates),
  inline(timers),
];

const rowsOf = (projection: Projection<Row, RunEvent>, events: readonly Recorded<RunEvent>[]) => [
  ...project(projection, new Map<string, Row>(), events).values(),
];

describe('events stored by an earlier version', () => {
  it.each(stories)('fold to what they folded to then: %s', (name) => {
    const { events, readAs } = frozen(name);
    expect(fold(runDecider.evolve, runDecider.initialState, events)).toMatchObject(readAs.state);
    const known = projections.filter(({ name: table }) => readAs.rows[table] !== undefined);
    expect(known).not.toEqual([]);
    for (const projection of known)
      expect(rowsOf(projection, events)).toMatchObject(readAs.rows[projection.name] ?? []);
  });

  it('are there for every type of event', () => {
    const types = new Set(stories.flatMap((name) => frozen(name).events.map(({ type }) => type)));
    expect([...types].sort()).toEqual(Object.keys(runCatalogue).sort());
  });
});
