/**
 * How an approval is decided:
 *
 *   vote       everybody who may has one; with the quorum of approvals reached, the gate is decided in the same step
 *   send back  decides at once, whatever was said before. Who has approved may still send back until the gate is decided: both words stay on record
 *   delegate   another may vote in somebody's stead. It stays one place: whoever of the two is first takes it
 */
import { refuse } from '../kernel/domain-error.js';
import { isGroup } from '../templates/contract.js';
import type { PendingGate, Word } from './gate-state.decider.js';
import { inTurn, requiredReason } from './guards.decider.js';
import { atPendingGate } from './pending-gate.policy.js';
import type { Deciding, DelegateGate } from './run-command.decider.js';
import type { Begun, Running } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { isDecider, isPlaceTaken, notADecider, ownNames, seatOf } from './voting.policy.js';

/** What somebody says at an approval. */
type Said = Readonly<{ word: Word; by: Deciding; reason: string | undefined }>;

/** Records a vote; `decide` follows where it settles the matter. The same word of the same person is one vote. */
export function castVote(
  run: Running,
  gate: PendingGate,
  { word, by, reason }: Said,
  decide: (run: Running) => readonly RunEvent[],
): readonly RunEvent[] {
  const seat = seatOf(gate, by);
  if (seat.word === word) return [];
  const approvals = countApprovals(gate) + (word === 'approve' ? 1 : 0);
  const quorum = quorumOf(gate);
  const { gate_id, stage } = gate;
  const voted: RunEvent = {
    type: 'gate.vote_recorded',
    detail: { gate_id, stage, vote: word, on_behalf_of: seat.onBehalfOf, approvals, quorum },
    ...(reason === undefined ? {} : { reason }),
  };
  const isSettled = word === 'send_back' || approvals >= quorum;
  return inTurn(
    run,
    () => [voted],
    (now) => (isSettled ? decide(now) : []),
  );
}

/** Hands the caller's place on to somebody else. */
export function delegateGate(run: Begun, { data, by, now }: DelegateGate): readonly RunEvent[] {
  const { gate } = atPendingGate(run, data.gateId, now);
  if (gate.gate_type !== 'approval') throw notAnApproval();
  checkDelegator(gate, by);
  const to = data.to.trim();
  checkDelegate(gate, by, to);
  const from = by.actor.id;
  if (gate.delegations.some((known) => known.from === from && known.to === to)) return [];
  const reason = requiredReason(data.reason, 'delegating a vote');
  return [{ type: 'gate.delegated', detail: { gate_id: gate.gate_id, stage: gate.stage, from, to }, reason }];
}

/** How many different people have approved. */
export function countApprovals({ votes }: Pick<PendingGate, 'votes'>): number {
  return votes.filter(({ word }) => word === 'approve').length;
}

/** How many have to. */
export function quorumOf({ quorum = 1 }: Pick<PendingGate, 'quorum'>): number {
  return quorum;
}

/** Only a place of one's own can be handed on, and only while nobody has taken it. */
function checkDelegator(gate: PendingGate, by: Deciding): void {
  if (!isDecider(gate.decided_by, by)) throw notADecider(gate);
  const { word } = seatOf(gate, by);
  if (word === null) return;
  throw refuse('already-voted', `It was said already: ${word}. A vote that was given is not handed on.`, {
    vote: word,
  });
}

function checkDelegate(gate: PendingGate, by: Deciding, to: string): void {
  if (gate.excluded?.includes(to) === true) {
    const message = `${to} did work of this stage, and nobody approves their own. Delegate to somebody else.`;
    throw refuse('self-approval', message, { actor_id: to });
  }
  if (isPlaceTaken(gate, to)) {
    const message = `${to} has a vote already, and nobody has two. Delegate to somebody else.`;
    throw refuse('already-voted', message, { actor_id: to });
  }
  const detail = ownNames(by).includes(to)
    ? 'is yourself: vote.'
    : isGroup(to)
      ? 'is a role or a kind of actor: name one person, by the id of their actor or the name of their key.'
      : null;
  if (detail !== null)
    throw refuse('invalid-input', 'Nobody can vote in your stead that way.', { errors: [{ pointer: '/to', detail }] });
}

function notAnApproval(): Error {
  return refuse('not-an-approval', 'Nobody votes at this gate: one of those who may decides it.');
}
