import type { JsonObject } from '../kernel/json.js';
import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';
import type { EffectiveRule } from '../gate-policy/contract.js';
import type {
  Decision,
  GateRule,
  GateType,
  OnExpiry,
  StageDefinition,
  TemplateReference,
} from '../templates/contract.js';
import { type JobEvent, type NodeEvent, jobCatalogue, nodeCatalogue } from '../work/contract.js';

// Which columns an event fills. `toStage`: the stage a `stage.*` event is about, so that one filter finds a stage's
// whole life. `fromStage`: only on `stage.entered`, the stage the run left for it. `reason`: a person's words, where
// the command carried some. Everything else names its stage in `detail.stage`.

/** Who or what a run moves. */
export type Subject =
  | Readonly<{ type: 'project'; project_id: string }>
  | Readonly<{ type: 'application'; candidate_id: string; job_profile_id: string }>
  | Readonly<{ type: 'none' }>;

/** One thing that keeps a stage from being ready, or one thing to do about it. `code` is for programs. */
export type Finding = Readonly<{ code: string; message: string }>;

/** Somebody ended a stage that was not ready: why, and what was unmet at that moment. */
export type Override = Readonly<{ reason: string; unmet: readonly Finding[] }>;

/** How the subject did in a stage. `score` has the scale of whoever records it. */
export type StageResult = Readonly<{
  outcome: 'pass' | 'fail' | 'undecided';
  score: number | null;
  feedback: string | null;
  data: JsonObject | null;
}>;

/** What narrowing keeps and drops; only `drop_milestones` has an effect, the rest is for readers. */
export type Scope = Readonly<{ keep?: readonly string[]; drop_milestones?: readonly string[]; note?: string }>;

/**
 * What is sent back, each with its reason: the milestones to be done again and the nodes to run again, by key and id. With neither it is the whole stage.
 */
export type SendBack = Readonly<{
  milestones?: Readonly<Record<string, string>>;
  nodes?: Readonly<Record<string, string>>;
  note?: string;
}>;

/** A decision with all that it carries; two decisions are the same when their verdicts are. `send_back` is there where that was decided. */
export type Verdict = Readonly<{
  decision: Decision;
  to_stage: string | null;
  scope: Scope | null;
  send_back?: SendBack | null;
}>;

/** A risk as it is shown. */
export type RiskView = Readonly<{ id: string; type: string; message: string; dismissed: boolean }>;

/** What there was to judge by when a gate opened. */
export type Evidence = Readonly<{
  milestones: Readonly<Record<string, Readonly<{ title: string; weight: number; completed: boolean }>>>;
  progress_percent: number;
  exit_criteria: readonly Readonly<{ key: string; text: string; met: boolean }>[];
  open_risks: readonly RiskView[];
  result: StageResult | null;
  /** The rules of its contract, where it has one, and whether each held; null where the steps of the command were used up before that was told. */
  contract?: readonly Readonly<{ code: string; reason: string; holds: boolean | null }>[];
  readiness: Readonly<{
    ready: boolean;
    blocked_reasons: readonly Finding[];
    required_actions: readonly Finding[];
    override: Override | null;
  }>;
}>;

/** A gate as it opens. `expires_at` is null where it stays open until decided. */
export type OpenedGate = Readonly<{
  gate_id: string;
  stage: string;
  stage_number: number;
  gate_type: GateType;
  options: readonly Decision[];
  decided_by: readonly string[];
  reason_required_for: readonly Decision[];
  expires_at: string | null;
  on_expiry: OnExpiry;
  /** The rules that may decide it; none before there were rules. */
  auto?: readonly GateRule[];
  /** When those who may decide are reminded; null where it never expires. Not before there were reminders. */
  remind_at?: string | null;
  /** Of an approval: how many different people have to approve. */
  quorum?: number;
  /** Of an approval: who may not vote, because they did the work of the stage; empty where they may. Ids of actors. */
  excluded?: readonly string[];
  /** Of an approval: who may vote once it escalated. */
  escalate_to?: readonly string[];
  /** Of an approval: what the policy came to when it opened, each of its terms with the layer it came from. */
  policy?: EffectiveRule;
  evidence: Evidence;
}>;

/** A rule of a gate could not decide: it cannot be evaluated, or has decided as often as it may. `rule` counts from 1. */
export type RuleFailure = Readonly<{ rule: number; when: string; message: string }>;

/** What a run begins with. The definitions are embedded: they never move under a run, and it explains itself. */
export type RunOrigin = Readonly<{
  template: TemplateReference;
  subject: Subject;
  input: JsonObject;
  stages: readonly StageDefinition[];
}>;

type OfStage<More extends object = object> = Readonly<{ stage: string } & More>;
type OfMilestone<More extends object = object> = OfStage<
  { milestone: string; weight: number; /** The stage's, after it. */ progress_percent: number } & More
>;

/** A further attempt of a graph: the nodes of `rerun` run again, `kept_count` others stand as they ended. */
export type Resumption = Readonly<{
  attempt: number;
  times_out_at: string;
  rerun: readonly string[];
  kept_count: number;
}>;

/** Everything that happens to a run. Details are stored and sent as they stand here. */
export type RunEvent =
  | DomainEvent<'pipeline_run.started', RunOrigin>
  | DomainEvent<'pipeline_run.completed', Readonly<{ outcome: 'completed' }>>
  | DomainEvent<'pipeline_run.failed', OfStage<{ attempt: number; nodes: readonly string[] }>>
  | DomainEvent<'pipeline_run.timeout', OfStage<{ attempt: number; times_out_at: string }>>
  | DomainEvent<
      'pipeline_run.resumed',
      OfStage<Resumption & { /** The node it was to begin from, where one was named. */ from_node?: string }>
    >
  | DomainEvent<'pipeline_run.cancelled', Readonly<{ outcome: string }>>
  | DomainEvent<'pipeline_run.parked', OfStage<{ gate_id: string | null }>>
  | DomainEvent<'pipeline_run.unparked', OfStage>
  | DomainEvent<'stage.entered', OfStage<{ stage_number: number }>>
  /** `work` is there where the stage has a graph, which begins with it. */
  | DomainEvent<'stage.started', OfStage<{ work?: Readonly<{ attempt: number; times_out_at: string }> }>>
  | DomainEvent<
      'stage.completed',
      OfStage<{ progress_percent: number; override: Override | null; trigger: string | null }>
    >
  | DomainEvent<'stage.gated', OfStage<{ gate_id: string }>>
  /** `work` is there where the graph of the stage runs again, or what is unfinished of it; `clears_result` where its result is gone. */
  | DomainEvent<'stage.reopened', OfStage<{ progress_percent: number; work?: Resumption; clears_result?: true }>>
  | DomainEvent<'stage.reset', OfStage>
  | DomainEvent<'milestone.completed', OfMilestone>
  | DomainEvent<'milestone.reopened', OfMilestone>
  | DomainEvent<'milestone.dropped', OfMilestone<{ weights: Readonly<Record<string, number>> }>>
  | DomainEvent<'criterion.met', OfStage<{ criterion: string }>>
  | DomainEvent<'criterion.unmet', OfStage<{ criterion: string }>>
  | DomainEvent<'focus.suggested', OfStage<{ focus: readonly string[] }>>
  | DomainEvent<'risk.raised', OfStage<{ risk_id: string; type: string; message: string }>>
  | DomainEvent<'risk.dismissed', OfStage<{ risk_id: string }>>
  | DomainEvent<'gate.opened', OpenedGate>
  | DomainEvent<
      'gate.decided',
      OfStage<
        { gate_id: string; evidence: Evidence; /** Of the gate, from 1, where one decided. */ rule?: number } & Verdict
      >
    >
  /** `on_behalf_of`: whose vote it is, where that was delegated. `approvals` counts it. */
  | DomainEvent<
      'gate.vote_recorded',
      OfStage<{
        gate_id: string;
        vote: 'approve' | 'send_back';
        on_behalf_of: string | null;
        approvals: number;
        quorum: number;
      }>
    >
  | DomainEvent<'gate.reminded', OfStage<{ gate_id: string; expires_at: string }>>
  | DomainEvent<'gate.extended', OfStage<{ gate_id: string; expires_at: string; remind_at: string | null }>>
  /** Both are ids of actors, or names of keys. */
  | DomainEvent<'gate.delegated', OfStage<{ gate_id: string; from: string; to: string }>>
  | DomainEvent<'gate.expired', OfStage<{ gate_id: string; on_expiry: OnExpiry }>>
  | DomainEvent<'gate.superseded', OfStage<{ gate_id: string }>>
  | DomainEvent<'gate.rule_failed', OfStage<{ gate_id: string } & RuleFailure>>
  | DomainEvent<'facts.recorded', Readonly<{ facts: JsonObject; trigger: string }>>
  | DomainEvent<'stage.result_recorded', OfStage<StageResult>>
  | NodeEvent
  | JobEvent;

/** How the store files each event of a run. */
export const runCatalogue: Catalogue<RunEvent> = {
  'pipeline_run.started': { category: 'run', schemaVersion: 1 },
  'pipeline_run.completed': { category: 'run', schemaVersion: 1 },
  'pipeline_run.failed': { category: 'run', schemaVersion: 1 },
  'pipeline_run.timeout': { category: 'run', schemaVersion: 1 },
  'pipeline_run.resumed': { category: 'run', schemaVersion: 1 },
  'pipeline_run.cancelled': { category: 'run', schemaVersion: 1 },
  'pipeline_run.parked': { category: 'park', schemaVersion: 1 },
  'pipeline_run.unparked': { category: 'unpark', schemaVersion: 1 },
  'stage.entered': { category: 'transition', schemaVersion: 1 },
  'stage.started': { category: 'transition', schemaVersion: 1 },
  'stage.completed': { category: 'transition', schemaVersion: 1 },
  'stage.gated': { category: 'transition', schemaVersion: 1 },
  'stage.reopened': { category: 'transition', schemaVersion: 1 },
  'stage.reset': { category: 'transition', schemaVersion: 1 },
  'milestone.completed': { category: 'milestone', schemaVersion: 1 },
  'milestone.reopened': { category: 'milestone', schemaVersion: 1 },
  'milestone.dropped': { category: 'milestone', schemaVersion: 1 },
  'criterion.met': { category: 'milestone', schemaVersion: 1 },
  'criterion.unmet': { category: 'milestone', schemaVersion: 1 },
  'focus.suggested': { category: 'milestone', schemaVersion: 1 },
  'risk.raised': { category: 'risk_change', schemaVersion: 1 },
  'risk.dismissed': { category: 'risk_change', schemaVersion: 1 },
  'gate.opened': { category: 'gate_decision', schemaVersion: 1 },
  'gate.decided': { category: 'gate_decision', schemaVersion: 1 },
  'gate.vote_recorded': { category: 'gate_decision', schemaVersion: 1 },
  'gate.reminded': { category: 'gate_decision', schemaVersion: 1 },
  'gate.extended': { category: 'gate_decision', schemaVersion: 1 },
  'gate.delegated': { category: 'gate_decision', schemaVersion: 1 },
  'gate.expired': { category: 'gate_decision', schemaVersion: 1 },
  'gate.superseded': { category: 'gate_decision', schemaVersion: 1 },
  'gate.rule_failed': { category: 'gate_decision', schemaVersion: 1 },
  'facts.recorded': { category: 'fact', schemaVersion: 1 },
  'stage.result_recorded': { category: 'result', schemaVersion: 1 },
  ...nodeCatalogue,
  ...jobCatalogue,
};
