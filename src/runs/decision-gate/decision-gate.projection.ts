import type { JsonObject } from '../../kernel/json.js';
import type { Projected, Projection } from '../../kernel/projection.js';
import type { Actor } from '../../kernel/recorded-event.js';
import type { Decision, GateType } from '../../templates/contract.js';
import type { Evidence, RunEvent, Scope } from '../run.events.js';

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
  /** Actor types or roles; the role `admin` always may. */
  allowedDeciders: readonly string[];
  reasonRequiredFor: readonly Decision[];
  decision: Decision | null;
  decidedByActor: Actor | null;
  decidedAt: string | null;
  /** The decider's, or why the gate was superseded. */
  reason: string | null;
  /** What the decision carried, spelled as on the wire; null until decided. */
  context: Readonly<{ to_stage: string | null; scope: Scope | null }> | null;
  evidence: Evidence;
  votes: readonly JsonObject[];
  expiresAt: string | null;
  createdAt: string;
}>;

type GateEvent = Extract<RunEvent, { type: `gate.${string}` }>;

/** One row per gate; a gate that is no longer pending never changes again. */
export const decisionGates: Projection<DecisionGateRow, RunEvent> = {
  name: 'decision_gates',
  version: 1,
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
        context: { to_stage: event.detail.to_stage, scope: event.detail.scope },
        evidence: event.detail.evidence,
      }),
    'gate.expired': (row, event) => closed(row, event, { status: 'expired' }),
    'gate.superseded': (row, event) => closed(row, event, { status: 'superseded' }),
  },
};

function opened(event: Projected<Extract<RunEvent, { type: 'gate.opened' }>>): DecisionGateRow {
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
    votes: [],
    expiresAt: detail.expires_at,
    createdAt: recordedAt,
  };
}

function closed(
  row: DecisionGateRow | undefined,
  event: Projected<GateEvent>,
  change: Partial<DecisionGateRow>,
): DecisionGateRow {
  if (row === undefined) throw new Error(`Gate ${event.detail.gate_id} has no row for its ${event.type}.`);
  return { ...row, ...change, reason: event.reason ?? null, streamVersion: event.streamVersion };
}
