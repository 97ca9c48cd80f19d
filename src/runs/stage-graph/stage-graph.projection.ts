import type { Projected, Projection } from '../../kernel/projection.js';
import type { NodeType } from '../../work/contract.js';
import type { RunEvent } from '../run.events.js';

/** The graph of one stage of one run, for lists of its nodes: what stands in the template and which attempt counts. */
export type StageGraphRow = Readonly<{
  runId: string;
  stage: string;
  tenantId: string;
  /** The run's version when an attempt last began, or none was any more. */
  streamVersion: number;
  /** The stage's. */
  number: number;
  /** In the order of the definition. */
  nodes: readonly Readonly<{ id: string; type: NodeType; name: string }>[];
  /** The latest; 0 before the first. */
  attempt: number;
  /** The first of this visit to the stage: what earlier ones did was reset. */
  firstAttempt: number;
}>;

type Of<Type extends RunEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;

/** One row per stage that has a graph, by `runId/stage`; written when an attempt begins, not while it runs. */
export const stageGraphs: Projection<StageGraphRow, RunEvent> = {
  name: 'stage_graphs',
  version: 1,
  keysOf: ({ streamId, detail }) => stagesIn(detail).map((stage) => `${streamId}/${stage}`),
  on: {
    'pipeline_run.started': (_row, event, key) => planned(event, key),
    'stage.started': (row, event) => begun(row, event, event.detail.work?.attempt),
    'stage.reopened': (row, event) => begun(row, event, event.detail.work?.attempt),
    'pipeline_run.resumed': (row, event) => begun(row, event, event.detail.attempt),
    'stage.reset': (row, { streamVersion }) => row && { ...row, firstAttempt: row.attempt + 1, streamVersion },
  },
};

function stagesIn(detail: RunEvent['detail']): readonly string[] {
  if ('stages' in detail) return detail.stages.flatMap(({ key, graph }) => (graph === undefined ? [] : [key]));
  return 'stage' in detail && detail.stage !== null ? [detail.stage] : [];
}

function planned(event: Of<'pipeline_run.started'>, rowKey: string): StageGraphRow | undefined {
  const { streamId: runId, tenantId, streamVersion, detail } = event;
  const index = detail.stages.findIndex(({ key }) => `${runId}/${key}` === rowKey);
  const stage = detail.stages[index];
  if (stage?.graph === undefined) return undefined;
  const nodes = stage.graph.nodes.map(({ id, type, name }) => ({ id, type, name }));
  return { runId, stage: stage.key, tenantId, streamVersion, number: index + 1, nodes, attempt: 0, firstAttempt: 1 };
}

function begun(
  row: StageGraphRow | undefined,
  { streamVersion }: Projected<RunEvent>,
  attempt: number | undefined,
): StageGraphRow | undefined {
  return row === undefined || attempt === undefined ? row : { ...row, attempt, streamVersion };
}
