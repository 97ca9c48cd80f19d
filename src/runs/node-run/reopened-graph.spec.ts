import { describe, expect, it } from '@jest/globals';
import { agent, eventOf, graphStage, noop, played, says, takes, trigger } from '../../../test/support/graph-story.js';
import { recorded } from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import { type StageGraphRow, stageGraphs } from '../stage-graph/stage-graph.projection.js';
import { type TimerRow, timers } from '../timers/timer.projection.js';
import { type NodeRunRow, nodeRuns } from './node-run.projection.js';

const gate = { gate_type: 'decision', options: ['proceed', 'narrow'], decided_by: ['founder'] } as const;
const stages = [graphStage([trigger(), agent('a'), noop('after')], ['start>a', 'a>after'], { stage: { gate } })];
const cutOff = [takes(['a']), says('complete_stage', { stage: 'work', override: true, reason: 'Good enough.' })];

describe('a stage that is reopened after its graph was cut off', () => {
  const { gate_id: gateId } = eventOf(played(stages, ...cutOff), 'gate.opened').detail;
  const { events } = played(stages, ...cutOff, says('decide_gate', { gateId, decision: 'narrow' }));

  it('shows the further attempt of what was unfinished', () => {
    const rows = [...project(nodeRuns, new Map<string, NodeRunRow>(), recorded(events)).values()];
    expect(rows.map(({ nodeId, attempt, status }) => [nodeId, attempt, status])).toEqual([
      ['start', 1, 'completed'],
      ['a', 1, 'cancelled'],
      ['a', 2, 'scheduled'],
      ['after', 2, 'pending'],
    ]);
    const graphs = project(stageGraphs, new Map<string, StageGraphRow>(), recorded(events));
    expect(graphs.get('run-1/work')).toMatchObject({ attempt: 2, firstAttempt: 1 });
  });

  it('limits its time anew', () => {
    const rows = project(timers, new Map<string, TimerRow>(), recorded(events));
    expect(rows.get('run-1/work_timeout/')).toMatchObject({ status: 'waiting', dueAt: '2026-03-01T13:00:00.000Z' });
  });
});
