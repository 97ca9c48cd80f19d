import type { Projected, Projection } from '../../kernel/projection.js';
import type { Actor, ActorType } from '../../kernel/recorded-event.js';
import type { Decision, GateRule, GateType } from '../../templates/contract.js';
import type { Evidence, OpenedGate, RuleFailure, RunEvent, Scope, SendBack } from '../run.events.js';

/** What somebody said at an approval; spelled as on the wire. */
export type VoteView = Readonly<{
  actor_type: ActorType;
  actor_id: string;
  vote: 'approve' | 'send_back';
  on_behalf_of: string | null;
  reason: string | null;
  voted_at: string;
}>;

/** A place that was handed on; spelled as on the wire. */
export type DelegationView = Readonly<{ from: string; to: string; reason: string | null; delegated_at: string }>;

/** One gate: what was asked, on what evidence, and what became of it. */
export type DecisionGateRow = Readonly<{
  id: string;
  tenantId: string;
  /** The run's version at the last event about this gate. */
  streamVersion: number;
  runId: string;
  stage: string;
  stageNumber: number;
  gateType: GateType;
  status: 'pending' | 'decided' | 'expired' | 'superseded';
  options: readonly Decision[];
  /** Actor types, roles, ids of actors or names of keys; the role `admin` always may. */
  allowedDeciders: readonly string[];
  reasonRequiredFor: readonly Decision[];
  decision: Decision | null;
  decidedByActor: Actor | null;
  decidedAt: string | null;
  /** The decider's, or why the gate was superseded. */
  reason: string | null;
  /** What the decision carried, spelled as on the wire; null until decided. */
  context: Readonly<{ to_stage: string | null; scope: Scope | null; send_back?: SendBack | null }> | null;
  evidence: Evidence;
  /** The rules that may decide it; null in rows from before there were rules. */
  rules: readonly GateRule[] | null;
  ruleFailure: (RuleFailure & Readonly<{ failed_at: string }>) | null;
  /** Of an approval, oldest first; who approved and then sent back has two. */
  votes: readonly VoteView[];
  /** The following are null in rows from before there were approvals. How many have to approve; null at a decision. */
  quorum: number | null;
  excluded: readonly string[] | null;
  escalateTo: readonly string[] | null;
  /** Which layer of the approval policy each of its terms came from; null at a decision. */
  policy: NonNullable<OpenedGate['policy']> | null;
  delegations: readonly DelegationView[] | null;
  expiresAt: string | null;
  remindAt: string | null;
  remindedAt: string | null;
  createdAt: string;
}>;

type Of<Type extends GateEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;
type GateEvent = Extract<RunEvent, { type: `gate.${string}` }>;

/** One row per gate; a gate that is no longer pending never changes again. */
export const decisionGates: Projection<DecisionGateRow, RunEvent> = {
  name: 'decision_gates',
  version: 3,
  keysOf: ({ detail }) => ('gate_id' in detail && detail.gate_id !== null ? [detail.gate_id] : []),
  isFinal: ({ status }) => status !== 'pending',
  on: {
    'gate.opened': (_row, event) => opened(event),
    'gate.decided': (row, event) =>
      closed(row, event, {
        status: 'decided',
        decision: event.detail.decision,
        decidedByActor: event.actor,
        decidedAt: event.occurredAt,
        context: contextOf(event.detail),
        evidence: event.detail.evidence,
      }),
    'gate.rule_failed': (row, event) => {
      const { rule, when, message } = event.detail;
      return moved(row, event, { ruleFailure: { rule, when, message, failed_at: event.recordedAt } });
    },
    'gate.vote_recorded': (row, event) => moved(row, event, { votes: [...known(row, event).votes, voteOf(event)] }),
    'gate.delegated': (row, event) => moved(row, event, { delegations: delegated(known(row, event), event) }),
    'gate.reminded': (row, event) => moved(row, event, { remindedAt: event.occurredAt }),
    'gate.extended': (row, event) => {
      const { expires_at: expiresAt, remind_at: remindAt } = event.detail;
      return moved(row, event, { expiresAt, remindAt, remindedAt: null });
    },
    'gate.expired': (row, event) => closed(row, event, { status: 'expired' }),
    'gate.superseded': (row, event) => closed(row, event, { status: 'superseded' }),
  },
};

function opened(event: Of<'gate.opened'>): DecisionGateRow {
  const { detail, tenantId, streamId, streamVersion, recordedAt } = event;
  return {
    id: detail.gate_id,
    tenantId,
    streamVersion,
    runId: streamId,
    stage: detail.stage,
    stageNumber: detail.stage_number,
    gateType: detail.gate_type,
    status: 'pending',
    options: detail.options,
    allowedDeciders: detail.decided_by,
    reasonRequiredFor: detail.reason_required_for,
    decision: null,
    decidedByActor: null,
    decidedAt: null,
    reason: null,
    context: null,
    evidence: detail.evidence,
    rules: detail.auto ?? [],
    ruleFailure: null,
    votes: [],
    quorum: detail.quorum ?? null,
    excluded: detail.excluded ?? [],
    escalateTo: detail.escalate_to ?? [],
    policy: detail.policy ?? null,
    delegations: [],
    expiresAt: detail.expires_at,
    remindAt: detail.remind_at ?? null,
    remindedAt: null,
    createdAt: recordedAt,
  };
}

function contextOf({ to_stage, scope, send_back }: Of<'gate.decided'>['detail']): DecisionGateRow['context'] {
  return { to_stage, scope, ...(send_back === undefined ? {} : { send_back }) };
}

/** A vote as it is shown. */
export function voteOf({
  actor,
  detail,
  reason,
  occurredAt,
}: Pick<Of<'gate.vote_recorded'>, 'actor' | 'detail' | 'reason' | 'occurredAt'>): VoteView {
  const { vote, on_behalf_of } = detail;
  return {
    actor_type: actor.type,
    actor_id: actor.id,
    vote,
    on_behalf_of,
    reason: reason ?? null,
    voted_at: occurredAt,
  };
}

/** A place that was handed on as it is shown. */
export function delegationOf({
  detail: { from, to },
  reason,
  occurredAt,
}: Pick<Of<'gate.delegated'>, 'detail' | 'reason' | 'occurredAt'>): DelegationView {
  return { from, to, reason: reason ?? null, delegated_at: occurredAt };
}

/** The latest word of each that delegates. */
function delegated({ delegations }: DecisionGateRow, event: Of<'gate.delegated'>): readonly DelegationView[] {
  const others = (delegations ?? []).filter(({ from }) => from !== event.detail.from);
  return [...others, delegationOf(event)];
}

function moved(
  row: DecisionGateRow | undefined,
  event: Projected<GateEvent>,
  change: Partial<DecisionGateRow>,
): DecisionGateRow {
  return { ...known(row, event), ...change, streamVersion: event.streamVersion };
}

function closed(
  row: DecisionGateRow | undefined,
  event: Projected<GateEvent>,
  change: Partial<DecisionGateRow>,
): DecisionGateRow {
  return moved(row, event, { ...change, reason: event.reason ?? null });
}

function known(row: DecisionGateRow | undefined, event: Projected<GateEvent>): DecisionGateRow {
  if (row === undefined) throw new Error(`Gate ${event.detail.gate_id} has no row for its ${event.type}.`);
  return row;
}
