import type { JsonObject } from '../kernel/json.js';
import type { Actor } from '../kernel/recorded-event.js';
import type { Decision, StageDefinition } from '../templates/contract.js';
import type { Scope, StageResult, Subject } from './run.events.js';

/** Who acts, and as what. */
export type Deciding = Readonly<{ actor: Actor; roles: readonly string[] }>;

/** `now` is ISO 8601 in UTC to the millisecond; `freshId` becomes the id of the gate or risk the command creates. */
type Command<Type extends string, Data extends object> = Readonly<{
  type: Type;
  data: Readonly<Data>;
  by: Deciding;
  now: string;
  freshId: string;
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
  }
>;
export type ExpireGate = Command<'expire_gate', { gateId: string }>;

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
  | ExpireGate;

/** What is asked, without who asks, when, and the id for what it may create. */
export type Asked = RunCommand extends infer Each
  ? Each extends RunCommand
    ? Pick<Each, 'type' | 'data'>
    : never
  : never;
