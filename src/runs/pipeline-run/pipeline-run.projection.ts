import type { JsonObject } from '../../kernel/json.js';
import type { Projected, Projection } from '../../kernel/projection.js';
import type { JobStatus, NodeType } from '../../work/contract.js';
import type { RunEvent, Subject } from '../run.events.js';
import type { StageState } from '../stage.plan.js';
import { meanPercent } from '../weights.plan.js';

/** What keeps a run: how many of each are open. A gate that expired undecided still counts. `approval` is not there before a run came to one. */
export type Waits = Readonly<Record<'gate' | 'human' | 'job' | 'timer', number> & { approval?: number }>;

/** Where one run stands, for lists, boards and `GET /pipeline/{id}`. */
export type PipelineRunRow = Readonly<{
  id: string;
  tenantId: string;
  /** The run's version: its ETag. */
  streamVersion: number;
  templateKey: string;
  templateVersion: number;
  templateHash: string;
  templateName: string;
  subjectType: Subject['type'];
  projectId: string | null;
  candidateId: string | null;
  jobProfileId: string | null;
  subject: Subject;
  input: JsonObject;
  status: 'running' | 'parked' | 'completed' | 'failed' | 'timeout' | 'cancelled';
  /** What a running run waits for: of all that is open, what people are needed for first. */
  waitingOn: keyof Waits | null;
  waits: Waits;
  currentStage: string | null;
  stageNumber: number | null;
  stageEnteredAt: string | null;
  /** Keys of all stages, in order. */
  stages: readonly string[];
  stageProgress: Readonly<Record<string, StageState>>;
  stagePercents: Readonly<Record<string, number>>;
  lockedStages: readonly string[];
  progressPercent: number;
  openGateId: string | null;
  outcome: string | null;
  createdAt: string;
  updatedAt: string;
}>;

/** The run's progress from its stages': the mean over those that are not locked. */
export function runPercent(row: Pick<PipelineRunRow, 'stagePercents' | 'lockedStages'>): number {
  const open = Object.entries(row.stagePercents).filter(([stage]) => !row.lockedStages.includes(stage));
  return meanPercent(open.map(([, percent]) => percent));
}

type Maybe = PipelineRunRow | undefined;
type Of<Type extends RunEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;

/** One row per run; every event moves its version. */
export const pipelineRuns: Projection<PipelineRunRow, RunEvent> = {
  name: 'pipeline_runs',
  version: 2,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'pipeline_run.started': (_row, event) => started(event),
    'pipeline_run.completed': (row, event) =>
      waiting(row, event, same, { status: 'completed', outcome: event.detail.outcome }),
    'pipeline_run.failed': (row, event) => waiting(row, event, same, { status: 'failed' }),
    'pipeline_run.timeout': (row, event) => waiting(row, event, same, { status: 'timeout' }),
    'pipeline_run.resumed': (row, event) => waiting(row, event, same, { status: 'running' }),
    'pipeline_run.cancelled': (row, event) =>
      waiting(row, event, same, { status: 'cancelled', outcome: event.detail.outcome }),
    // Its gate is closed, or asks afresh when the run is unparked.
    'pipeline_run.parked': (row, event) => waiting(row, event, noGate, { status: 'parked' }),
    'pipeline_run.unparked': (row, event) => waiting(row, event, same, { status: 'running' }),
    // A stage may be left though its gate expired undecided: where the policy asks no more.
    'stage.entered': (row, event) =>
      waiting(row, event, noGate, {
        currentStage: event.detail.stage,
        stageNumber: event.detail.stage_number,
        stageEnteredAt: event.occurredAt,
      }),
    'stage.started': (row, event) => staged(row, event, 'in_progress'),
    'stage.completed': (row, event) => staged(row, event, 'completed', event.detail.progress_percent),
    'stage.gated': (row, event) => staged(row, event, 'gated'),
    'stage.reopened': (row, event) => staged(row, event, 'in_progress', event.detail.progress_percent),
    'stage.reset': (row, event) => staged(row, event, 'created', 0),
    'stage.result_recorded': (row, event) => moved(row, event),
    'milestone.completed': (row, event) => progressed(row, event),
    'milestone.reopened': (row, event) => progressed(row, event),
    'milestone.dropped': (row, event) => progressed(row, event),
    'criterion.met': (row, event) => moved(row, event),
    'criterion.unmet': (row, event) => moved(row, event),
    'focus.suggested': (row, event) => moved(row, event),
    'risk.raised': (row, event) => moved(row, event),
    'risk.dismissed': (row, event) => moved(row, event),
    'gate.opened': (row, event) => waiting(row, event, gateOf(event), { openGateId: event.detail.gate_id }),
    'gate.decided': (row, event) => waiting(row, event, noGate, { openGateId: null }),
    'gate.vote_recorded': (row, event) => moved(row, event),
    'gate.reminded': (row, event) => moved(row, event),
    'gate.extended': (row, event) => moved(row, event),
    'gate.delegated': (row, event) => moved(row, event),
    // Nobody decided: the run still waits, until somebody asks again.
    'gate.expired': (row, event) => moved(row, event, { openGateId: null }),
    'gate.superseded': (row, event) => waiting(row, event, noGate, { openGateId: null }),
    'gate.rule_failed': (row, event) => moved(row, event),
    'facts.recorded': (row, event) => moved(row, event),
    'pipeline_node.scheduled': (row, event) => moved(row, event),
    'pipeline_node.started': (row, event) => waiting(row, event, delays(event, 1)),
    'pipeline_node.waiting': (row, event) => moved(row, event),
    'pipeline_node.retrying': (row, event) => moved(row, event),
    'pipeline_node.completed': (row, event) => waiting(row, event, delays(event, -1)),
    'pipeline_node.failed': (row, event) => waiting(row, event, delays(event, -1)),
    'pipeline_node.skipped': (row, event) => moved(row, event),
    'pipeline_node.cancelled': (row, event) => waiting(row, event, delays(event, -1)),
    'job.queued': (row, event) => waiting(row, event, ({ job }) => ({ job: job + 1 })),
    'job.started': (row, event) => moved(row, event),
    'job.succeeded': (row, event) => waiting(row, event, over(event.detail.from)),
    'job.retry_scheduled': (row, event) => waiting(row, event, again(event.detail.from)),
    'job.failed': (row, event) => waiting(row, event, over(event.detail.from)),
    'job.needs_human': (row, event) => waiting(row, event, ({ job, human }) => ({ job: job - 1, human: human + 1 })),
    'job.canceled': (row, event) => waiting(row, event, over(event.detail.from)),
    'job.lease_lost': (row, event) => moved(row, event),
  },
};

function started({
  streamId,
  tenantId,
  streamVersion,
  recordedAt,
  detail,
}: Of<'pipeline_run.started'>): PipelineRunRow {
  const { template, subject, input } = detail;
  return {
    id: streamId,
    tenantId,
    streamVersion,
    templateKey: template.key,
    templateVersion: template.version,
    templateHash: template.content_hash,
    templateName: template.name,
    ...subjectColumns(subject),
    subject,
    input,
    ...unbegun(detail),
    createdAt: recordedAt,
    updatedAt: recordedAt,
  };
}

function unbegun({ stages }: Of<'pipeline_run.started'>['detail']) {
  return {
    status: 'running' as const,
    waitingOn: null,
    waits: { gate: 0, human: 0, job: 0, timer: 0 },
    currentStage: null,
    stageNumber: null,
    stageEnteredAt: null,
    stages: stages.map(({ key }) => key),
    stageProgress: Object.fromEntries(stages.map(({ key }) => [key, 'created' as const])),
    stagePercents: Object.fromEntries(stages.map(({ key }) => [key, 0])),
    lockedStages: stages.filter(({ locked }) => locked === true).map(({ key }) => key),
    progressPercent: 0,
    openGateId: null,
    outcome: null,
  };
}

function subjectColumns(subject: Subject) {
  return {
    subjectType: subject.type,
    projectId: subject.type === 'project' ? subject.project_id : null,
    candidateId: subject.type === 'application' ? subject.candidate_id : null,
    jobProfileId: subject.type === 'application' ? subject.job_profile_id : null,
  };
}

function moved(row: Maybe, event: Projected<RunEvent>, change: Partial<PipelineRunRow> = {}): PipelineRunRow {
  if (row === undefined) throw new Error(`Run ${event.streamId} has no row for its ${event.type}.`);
  return { ...row, ...change, streamVersion: event.streamVersion, updatedAt: event.recordedAt };
}

type Change = (waits: Waits) => Partial<Waits>;

/** What is waited for changes, or whether anything is: only a running run waits. */
function waiting(
  row: Maybe,
  event: Projected<RunEvent>,
  change: Change,
  and: Partial<PipelineRunRow> = {},
): PipelineRunRow {
  const next = moved(row, event, and);
  const waits = { ...next.waits, ...change(next.waits) };
  const open = precedence.find((each) => (waits[each] ?? 0) > 0) ?? null;
  return { ...next, waits, waitingOn: next.status === 'running' ? open : null };
}

const precedence = ['gate', 'approval', 'human', 'job', 'timer'] as const;

const same: Change = () => ({});

const noGate: Change = ({ approval }) => (approval === undefined ? { gate: 0 } : { gate: 0, approval: 0 });

/** Of the gates that a stage may end with, one is waited for at a time. */
function gateOf({ detail: { gate_type: type } }: Of<'gate.opened'>): Change {
  return (waits) => ({ ...noGate(waits), [type === 'approval' ? 'approval' : 'gate']: 1 });
}

/** A delay counts from its start to its end; one of no time is both in the same append. */
function delays({ detail }: Readonly<{ detail: Readonly<{ node_type: NodeType }> }>, by: 1 | -1): Change {
  return detail.node_type === 'delay' ? ({ timer }) => ({ timer: timer + by }) : same;
}

/** A job ends; until then it waited for a worker, or for a person. */
function over(from: JobStatus): Change {
  return from === 'NEEDS_HUMAN' ? ({ human }) => ({ human: human - 1 }) : ({ job }) => ({ job: job - 1 });
}

/** A job is to run again; one that ran, or was queued, has been counted as a job all along. */
function again(from: JobStatus): Change {
  return from === 'NEEDS_HUMAN' ? ({ human, job }) => ({ human: human - 1, job: job + 1 }) : same;
}

function staged(
  row: Maybe,
  event: Of<'stage.started' | 'stage.completed' | 'stage.gated' | 'stage.reopened' | 'stage.reset'>,
  state: StageState,
  percent?: number,
): PipelineRunRow {
  const next = moved(row, event);
  const { stage } = event.detail;
  const stageProgress = { ...next.stageProgress, [stage]: state };
  return withPercent({ ...next, stageProgress }, stage, percent ?? next.stagePercents[stage] ?? 0);
}

function progressed(
  row: Maybe,
  event: Of<'milestone.completed' | 'milestone.reopened' | 'milestone.dropped'>,
): PipelineRunRow {
  return withPercent(moved(row, event), event.detail.stage, event.detail.progress_percent);
}

function withPercent(row: PipelineRunRow, stage: string, percent: number): PipelineRunRow {
  const stagePercents = { ...row.stagePercents, [stage]: percent };
  return { ...row, stagePercents, progressPercent: runPercent({ ...row, stagePercents }) };
}
