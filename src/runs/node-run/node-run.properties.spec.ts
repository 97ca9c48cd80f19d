import { describe, expect, it } from '@jest/globals';
import { begun, holdsForEvery } from '../../../test/support/run-play.js';
import { recorded, runDecider } from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import { itemsOf } from '../../kernel/vector.js';
import { graphIndex } from '../../work/contract.js';
import { inputOf, incomingOf } from '../../work/graph-values.policy.js';
import type { Begun } from '../run-state.decider.js';
import type { RunEvent } from '../run.events.js';
import { workOf } from '../stage-work.decider.js';
import { type StageGraphRow, stageGraphs } from '../stage-graph/stage-graph.projection.js';
import { type NodeRunRow, nodeRuns } from './node-run.projection.js';

/** The row that counts for each node, as the list of nodes finds it: the latest of this visit to the stage. */
function latest(events: readonly RunEvent[]): ReadonlyMap<string, NodeRunRow> {
  const graphs = project(stageGraphs, new Map<string, StageGraphRow>(), recorded(events));
  const rows = [...project(nodeRuns, new Map<string, NodeRunRow>(), recorded(events)).values()];
  const counting = rows.filter(
    ({ runId, stage, attempt }) => attempt >= (graphs.get(`${runId}/${stage}`)?.firstAttempt ?? Infinity),
  );
  return new Map(counting.toSorted((a, b) => a.attempt - b.attempt).map((row) => [`${row.stage}/${row.nodeId}`, row]));
}

function stagesAtWork(run: Begun) {
  return run.stages
    .filter(({ work }) => work !== null)
    .map((stage) => ({ key: stage.definition.key, ...workOf(stage), index: graphIndex(workOf(stage).graph) }));
}

describe('the node_runs and stage_graphs read models after any sequence of commands', () => {
  it('show every node as the rules know it, whatever attempt it ended in', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const rows = latest(events);
      const known = stagesAtWork(run).flatMap(({ key, work, graph }) =>
        itemsOf(work.nodes).map(({ status, output = null }, place) => {
          const row = rows.get(`${key}/${graph.nodes[place]?.id ?? ''}`);
          return { row: { status: row?.status ?? 'pending', output: row?.output ?? null }, known: { status, output } };
        }),
      );
      expect(known.map(({ row }) => row)).toEqual(known.map((each) => each.known));
      if (stagesAtWork(run).length === 0) expect([...rows]).toEqual([]);
    });
  });

  it('say of every node that was judged which edges it was judged by, so that its input can be told', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const rows = latest(events);
      for (const { key, work, index } of stagesAtWork(run)) {
        for (const [place, { id }] of index.nodes.entries()) {
          const row = rows.get(`${key}/${id}`);
          if (row === undefined || row.because === null) continue;
          const because = incomingOf(work, index, place);
          expect(row.because).toEqual(because);
          const sources = because.flatMap(({ from, resolution }) => (resolution === 'taken' ? [from] : []));
          const input = sources.map((from) => [from, rows.get(`${key}/${from}`)?.output ?? null]);
          expect(Object.fromEntries(input)).toEqual(inputOf(work, index, because));
        }
      }
    });
  });
});
