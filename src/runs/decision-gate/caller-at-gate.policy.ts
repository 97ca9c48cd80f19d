import { DomainError, refuse } from '../../kernel/domain-error.js';
import { decisionRoles, mayCall } from '../call-roles.policy.js';
import { decidedAlready, notPending } from '../pending-gate.policy.js';
import type { Deciding } from '../run-command.decider.js';
import { isDecider, notADecider, seatOf } from '../voting.policy.js';
import type { DecisionGateRow, VoteView } from './decision-gate.projection.js';

/** What one caller may do at a gate. `voted`: what they, or another in their stead, said there; null where nothing was. */
export type CallerAtGate = Readonly<{
  mayDecide: boolean;
  reason: Readonly<{ code: string; message: string }> | null;
  voted: VoteView['vote'] | null;
  /** Whose vote it would be, where that was delegated to them. */
  onBehalfOf: string | null;
}>;

/** Whether somebody may decide a gate, found by the rules that decide it; `now` is when they ask. */
export function callerAtGate(gate: DecisionGateRow, by: Deciding, now: string): CallerAtGate {
  try {
    const seat = gate.gateType === 'approval' ? seatOf(ballotOf(gate), by) : decidingSeat(gate, by);
    const refusal = refusalOf(gate, by, now);
    return { mayDecide: refusal === null, reason: refusal, voted: seat.word, onBehalfOf: seat.onBehalfOf };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { mayDecide: false, reason: worded(error), voted: null, onBehalfOf: null };
  }
}

function decidingSeat(gate: DecisionGateRow, by: Deciding) {
  if (!isDecider(gate.allowedDeciders, by)) throw notADecider({ decided_by: gate.allowedDeciders });
  return { onBehalfOf: null, word: null };
}

function refusalOf(gate: DecisionGateRow, { roles }: Deciding, now: string): CallerAtGate['reason'] {
  if (gate.status === 'decided' && gate.decision !== null)
    return worded(decidedAlready({ decision: gate.decision, to_stage: null, scope: null }));
  if (gate.status === 'expired' || gate.status === 'superseded') return worded(notPending(gate.status));
  if (gate.expiresAt !== null && now > gate.expiresAt) return worded(notPending('expired'));
  if (mayCall(decisionRoles, roles)) return null;
  return worded(refuse('forbidden', `This takes a key with one of these roles: admin, ${decisionRoles.join(', ')}.`));
}

function ballotOf({ allowedDeciders, excluded, votes, delegations }: DecisionGateRow) {
  return {
    decided_by: allowedDeciders,
    excluded: excluded ?? [],
    votes: votes.map(({ actor_type: type, actor_id: id, vote: word, on_behalf_of: onBehalfOf }) => ({
      actor: { type, id },
      word,
      onBehalfOf,
    })),
    delegations: delegations ?? [],
  };
}

function worded({ code, message }: DomainError): Readonly<{ code: string; message: string }> {
  return { code, message };
}
