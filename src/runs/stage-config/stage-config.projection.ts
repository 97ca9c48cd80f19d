import type { Projected, Projection } from '../../kernel/projection.js';
import type { ActorType } from '../../kernel/recorded-event.js';
import type { MilestoneDefinition, StageDefinition } from '../../templates/contract.js';
import type { RiskView, RunEvent, StageResult } from '../run.events.js';
import type { StageState } from '../stage.plan.js';

/** A milestone as it is shown; `template` is what the stage was defined with. */
export type MilestoneView = Readonly<{ weight: number; completed: boolean; template: MilestoneDefinition }>;

/** A stage's result as it is shown: with who recorded it, and when. */
export type RecordedResult = StageResult &
  Readonly<{ recorded_by: Readonly<{ actor_type: ActorType; actor_id: string }>; recorded_at: string }>;

/** One stage of one run as it is worked on; nested values are spelled as on the wire. */
export type StageConfigRow = Readonly<{
  runId: string;
  tenantId: string;
  /** The run's version at the last event about this stage. */
  streamVersion: number;
  key: string;
  number: number;
  name: string;
  state: StageState;
  locked: boolean;
  /** Dropped milestones are not in it until a pivot brings them back from `definition`. */
  milestones: Readonly<Record<string, MilestoneView>>;
  /** Without the graph: it may be large, and nothing here changes it. */
  definition: Omit<StageDefinition, 'graph'>;
  progressPercent: number;
  exitCriteria: readonly Readonly<{ key: string; text: string; met: boolean }>[];
  blockingRisks: readonly RiskView[];
  suggestedFocus: readonly string[];
  result: RecordedResult | null;
  gated: boolean;
  enteredAt: string | null;
  completedAt: string | null;
}>;

type Maybe = StageConfigRow | undefined;
type Of<Type extends RunEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;

/** One row per stage of a run, by `runId/stage`. */
export const stageConfigs: Projection<StageConfigRow, RunEvent> = {
  name: 'stage_configs',
  version: 3,
  keysOf: ({ streamId, detail }) => stagesTouched(detail).map((stage) => `${streamId}/${stage}`),
  on: {
    'pipeline_run.started': (_row, event, key) => planned(event, key),
    'stage.entered': (row, event) => moved(row, event, { enteredAt: event.occurredAt }),
    'stage.started': (row, event) => moved(row, event, { state: 'in_progress' }),
    'stage.completed': (row, event) =>
      moved(row, event, {
        state: 'completed',
        progressPercent: event.detail.progress_percent,
        completedAt: event.occurredAt,
      }),
    'stage.gated': (row, event) => moved(row, event, { state: 'gated' }),
    'stage.reopened': (row, event) =>
      moved(row, event, {
        state: 'in_progress',
        progressPercent: event.detail.progress_percent,
        completedAt: null,
        ...(event.detail.clears_result === true ? { result: null } : {}),
      }),
    'stage.reset': (row, event) => moved(row, event, pristine(known(row, event).definition)),
    'stage.result_recorded': (row, event) => moved(row, event, { result: resultOf(event) }),
    'milestone.completed': (row, event) => marked(row, event),
    'milestone.reopened': (row, event) => marked(row, event),
    'milestone.dropped': (row, event) => dropped(row, event),
    'criterion.met': (row, event) => judged(row, event),
    'criterion.unmet': (row, event) => judged(row, event),
    'focus.suggested': (row, event) => moved(row, event, { suggestedFocus: event.detail.focus }),
    'risk.raised': (row, event) => raised(row, event),
    'risk.dismissed': (row, event) => dismissed(row, event),
  },
};

function stagesTouched(detail: RunEvent['detail']): readonly string[] {
  if ('stages' in detail) return detail.stages.map(({ key }) => key);
  return 'stage' in detail && detail.stage !== null ? [detail.stage] : [];
}

function planned({ streamId, tenantId, streamVersion, detail }: Of<'pipeline_run.started'>, rowKey: string) {
  const index = detail.stages.findIndex(({ key }) => `${streamId}/${key}` === rowKey);
  const stage = detail.stages[index];
  if (stage === undefined) throw new Error(`Run ${streamId} has no stage for ${rowKey}.`);
  const { graph: _graph, ...definition } = stage;
  return {
    runId: streamId,
    tenantId,
    streamVersion,
    key: definition.key,
    number: index + 1,
    name: definition.name,
    locked: definition.locked === true,
    definition,
    ...pristine(definition),
    blockingRisks: [],
    suggestedFocus: [],
    gated: definition.gate !== undefined,
  };
}

/** What a reset puts back; risks and suggested focus stay. */
function pristine(definition: StageConfigRow['definition']) {
  const milestones = Object.entries(definition.milestones).map(
    ([key, template]) => [key, { weight: template.weight, completed: false, template }] as const,
  );
  return {
    state: 'created' as const,
    milestones: Object.fromEntries(milestones),
    progressPercent: 0,
    exitCriteria: definition.exit_criteria.map(({ key, text }) => ({ key, text, met: false })),
    result: null,
    enteredAt: null,
    completedAt: null,
  };
}

function known(row: Maybe, event: Projected<RunEvent>): StageConfigRow {
  if (row === undefined) throw new Error(`Run ${event.streamId} has no stage row for its ${event.type}.`);
  return row;
}

function moved(row: Maybe, event: Projected<RunEvent>, change: Partial<StageConfigRow>): StageConfigRow {
  return { ...known(row, event), ...change, streamVersion: event.streamVersion };
}

function marked(row: Maybe, event: Of<'milestone.completed' | 'milestone.reopened'>): StageConfigRow {
  const completed = event.type === 'milestone.completed';
  const { milestone, progress_percent: progressPercent } = event.detail;
  const milestones = Object.entries(known(row, event).milestones).map(
    ([key, view]) => [key, key === milestone ? { ...view, completed } : view] as const,
  );
  return moved(row, event, { milestones: Object.fromEntries(milestones), progressPercent });
}

function dropped(row: Maybe, event: Of<'milestone.dropped'>): StageConfigRow {
  const { milestone, weights, progress_percent: progressPercent } = event.detail;
  const milestones = Object.entries(known(row, event).milestones)
    .filter(([key]) => key !== milestone)
    .map(([key, view]) => [key, { ...view, weight: weights[key] ?? view.weight }] as const);
  return moved(row, event, { milestones: Object.fromEntries(milestones), progressPercent });
}

function judged(row: Maybe, event: Of<'criterion.met' | 'criterion.unmet'>): StageConfigRow {
  const met = event.type === 'criterion.met';
  const exitCriteria = known(row, event).exitCriteria.map((criterion) =>
    criterion.key === event.detail.criterion ? { ...criterion, met } : criterion,
  );
  return moved(row, event, { exitCriteria });
}

function raised(row: Maybe, event: Of<'risk.raised'>): StageConfigRow {
  const { risk_id: id, type, message } = event.detail;
  const blockingRisks = [...known(row, event).blockingRisks, { id, type, message, dismissed: false }];
  return moved(row, event, { blockingRisks });
}

function dismissed(row: Maybe, event: Of<'risk.dismissed'>): StageConfigRow {
  const blockingRisks = known(row, event).blockingRisks.map((risk) =>
    risk.id === event.detail.risk_id ? { ...risk, dismissed: true } : risk,
  );
  return moved(row, event, { blockingRisks });
}

function resultOf({ detail, actor, recordedAt }: Of<'stage.result_recorded'>): RecordedResult {
  const { outcome, score, feedback, data } = detail;
  const recorded_by = { actor_type: actor.type, actor_id: actor.id };
  return { outcome, score, feedback, data, recorded_by, recorded_at: recordedAt };
}
