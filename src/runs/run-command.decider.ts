import type { JsonObject, JsonValue } from '../kernel/json.js';
import type { Actor } from '../kernel/recorded-event.js';
import type { PolicyLayers } from '../gate-policy/contract.js';
import type { Decision, StageDefinition } from '../templates/contract.js';
import type { FailJob, ResolveJob, StartJob } from '../work/contract.js';
import type { Scope, SendBack, StageResult, Subject } from './run.events.js';

/** Who acts, and as what. `keyName` is what their key is called. */
export type Deciding = Readonly<{ actor: Actor; roles: readonly string[]; keyName?: string }>;

/**
 * `runId` is the stream's. `now` is ISO 8601 in UTC to the millisecond. `freshId` becomes the id of the gate or risk the command creates; the ids
 * of jobs follow it.
 */
type Command<Type extends string, Data extends object> = Readonly<{
  type: Type;
  runId: string;
  data: Readonly<Data>;
  by: Deciding;
  now: string;
  freshId: string;
  /** What the layers of the approval policy say now; the rules ask for it with `InputWanted` where they need it. */
  policy?: PolicyLayers;
}>;

type OfStage<More extends object = object> = { stage: string } & More;

/** Begin the run whose id is the stream's. */
export type StartRun = Command<
  'start_run',
  {
    template: Readonly<{
      key: string;
      version: number;
      contentHash: string;
      name: string;
      stages: readonly StageDefinition[];
    }>;
    subject: Subject;
    input: JsonObject;
  }
>;
export type StartStage = Command<'start_stage', OfStage>;
export type CompleteStage = Command<
  'complete_stage',
  OfStage<{ override?: boolean | undefined; reason?: string | undefined }>
>;
export type CompleteMilestone = Command<'complete_milestone', OfStage<{ milestone: string }>>;
export type ReopenMilestone = Command<'reopen_milestone', OfStage<{ milestone: string }>>;
export type MeetCriterion = Command<'meet_criterion', OfStage<{ criterion: string }>>;
export type UnmeetCriterion = Command<'unmeet_criterion', OfStage<{ criterion: string }>>;
export type RaiseRisk = Command<'raise_risk', OfStage<{ type: string; message: string }>>;
export type DismissRisk = Command<'dismiss_risk', OfStage<{ riskId: string; reason: string }>>;
export type SuggestFocus = Command<'suggest_focus', OfStage<{ focus: readonly string[] }>>;
export type RecordResult = Command<
  'record_result',
  OfStage<{
    outcome: StageResult['outcome'];
    score?: number | undefined;
    feedback?: string | undefined;
    data?: JsonObject | undefined;
  }>
>;
export type RecordFacts = Command<'record_facts', { facts: JsonObject; trigger: string }>;
export type Advance = Command<'advance', { trigger?: string | undefined }>;
export type Park = Command<'park', { reason: string }>;
export type Unpark = Command<'unpark', { reason: string }>;
export type Cancel = Command<'cancel', { reason: string; outcome?: string | undefined }>;
export type Resume = Command<'resume', { reason?: string | undefined; fromNode?: string | undefined }>;
export type DecideGate = Command<
  'decide_gate',
  {
    gateId: string;
    decision: Decision;
    reason?: string | undefined;
    toStage?: string | undefined;
    scope?: Scope | undefined;
    sendBack?: SendBack | undefined;
  }
>;
/** Gives those who may decide more time: so many seconds from now. */
export type ExtendGate = Command<'extend_gate', { gateId: string; seconds: number; reason: string }>;
/** Has somebody else vote in the caller's stead. */
export type DelegateGate = Command<'delegate_gate', { gateId: string; to: string; reason: string }>;
/** What people ask at a gate. */
export type AskedAtGate =
  Pick<DecideGate, 'type' | 'data'> | Pick<ExtendGate, 'type' | 'data'> | Pick<DelegateGate, 'type' | 'data'>;
/** Time passed: whatever is due by now happens, each thing once. */
export type Wake = Command<'wake', object>;

/** One job of the run, by the node it works for; all commands below name jobs this way. */
type OfJob<More extends object = object> = { stage: string; node: string; jobId: string } & More;

/** A worker takes jobs; those that are not there to be taken any more are left out. */
export type StartJobs = Command<'start_jobs', StartJob & { jobs: readonly OfJob[] }>;
export type CompleteJob = Command<'complete_job', OfJob<{ attempt: number; output: JsonValue }>>;
export type FailJobOfNode = Command<'fail_job', OfJob<FailJob>>;
export type NeedHuman = Command<'need_human', OfJob<{ attempt: number; reason: string }>>;
export type LoseLease = Command<'lose_lease', OfJob<{ attempt: number }>>;
export type CancelJob = Command<'cancel_job', OfJob<{ reason: string }>>;
export type RetryJob = Command<'retry_job', OfJob<{ payload?: JsonObject | undefined; reason?: string | undefined }>>;
export type ResolveJobOfNode = Command<'resolve_job', OfJob<ResolveJob>>;

/** What workers, and people in their stead, ask of a run about one of its jobs. */
export type AboutJob = CompleteJob | FailJobOfNode | NeedHuman | LoseLease | CancelJob | RetryJob | ResolveJobOfNode;

/** Everything that may be asked of a run. */
export type RunCommand =
  | StartRun
  | StartStage
  | CompleteStage
  | CompleteMilestone
  | ReopenMilestone
  | MeetCriterion
  | UnmeetCriterion
  | RaiseRisk
  | DismissRisk
  | SuggestFocus
  | RecordResult
  | RecordFacts
  | Advance
  | Park
  | Unpark
  | Cancel
  | Resume
  | DecideGate
  | ExtendGate
  | DelegateGate
  | Wake
  | StartJobs
  | AboutJob;

/** What is asked, without who asks, when, and the id for what it may create. */
export type Asked = RunCommand extends infer Each
  ? Each extends RunCommand
    ? Pick<Each, 'type' | 'data'>
    : never
  : never;
