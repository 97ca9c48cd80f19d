import { commandRoles, decisionRoles } from '../call-roles.policy.js';
import { delegationOf, voteOf } from '../decision-gate/decision-gate.projection.js';
import { currentStage, type Running } from '../run-state.decider.js';
import {
  asks,
  lastOf,
  standing,
  timeOf,
  type Candidate,
  type GateWait,
  type Known,
  type Remedy,
} from './wait.policy.js';
import { timed } from './why-work.policy.js';

type PendingGate = NonNullable<Running['gate']>;

/** What keeps a stage that is completed: its gate, or that nobody is asked any more. */
export function keepingGate(known: Known, run: Running): Candidate {
  const { gate } = run;
  if (gate === null) return () => lapsed(known);
  const { expires_at: expiresAt } = gate;
  if (expiresAt !== null && known.now > expiresAt) return () => expiring(known, gate, expiresAt);
  return gate.gate_type === 'approval' ? () => approval(known, gate) : () => decision(known, gate);
}

function decision(known: Known, gate: PendingGate): ReturnType<Candidate> {
  const view = gateOf(known, gate);
  const failure = view.rule_failure;
  const rules =
    failure === null ? '' : ` Rule ${String(failure.rule)} failed, so it decides nothing: ${failure.message}`;
  const question = `The gate of stage "${nameOf(known)}" waits for ${anyOf(gate.decided_by)} to decide: ${anyOf(gate.options)}.`;
  return {
    waits_for: 'decision',
    ...opened(known, gate),
    summary: question + rules,
    unblock: [decide(gate, `Decide ${anyOf(gate.options)}.`)],
    gate: view,
  };
}

function approval(known: Known, gate: PendingGate): ReturnType<Candidate> {
  const view = gateOf(known, gate);
  const { missing_approvals: missing = 1, quorum = 1 } = view;
  const count = `${String(missing)} of ${String(quorum)} ${quorum === 1 ? 'approval' : 'approvals'}`;
  return {
    waits_for: 'approval',
    ...opened(known, gate),
    summary: `Stage "${nameOf(known)}" waits for ${count}, by ${anyOf(gate.decided_by)}.${notBy(gate)}`,
    unblock: [decide(gate, 'Approve it, or send it back with a reason.')],
    gate: view,
  };
}

/** Those who did the work may be named, or have a role that is: they may not vote all the same. */
function notBy({ excluded = [] }: PendingGate): string {
  return excluded.length === 0 ? '' : ` Not by ${anyOf(excluded)}: nobody approves their own work.`;
}

/** Its time is up, and nobody has noticed yet: from now on no decision is taken. */
function expiring(known: Known, gate: PendingGate, at: string): ReturnType<Candidate> {
  return {
    ...timed(at),
    since: at,
    summary: `The gate of stage "${nameOf(known)}" expired at ${at}; what follows happens at once: ${gate.on_expiry}.`,
    timer: { purpose: 'gate_expiry', node: null, node_name: null, due_at: at },
    gate: gateOf(known, gate),
  };
}

function lapsed(known: Known): ReturnType<Candidate> {
  const { key } = currentStage(known.state).definition;
  const last = lastOf(known, 'gate.expired', 'gate.decided', 'gate.superseded');
  const why = last?.type === 'gate.expired' ? 'its gate expired undecided, and nobody' : 'no gate is open, so nobody';
  return {
    waits_for: 'command',
    since: last?.occurredAt ?? timeOf(known, 'stage.completed'),
    ...standing,
    summary: `Stage "${nameOf(known)}" is completed; ${why} is asked any more.`,
    unblock: [
      asks(
        'complete-stage',
        'Complete the stage again: whoever has to decide is asked anew.',
        `/pipeline/${known.runId}/stages/${key}/complete`,
        commandRoles,
      ),
    ],
  };
}

function opened(known: Known, { gate_id: id, expires_at: expiresAt }: PendingGate) {
  const event = known.history.findLast(({ type, detail }) => type === 'gate.opened' && detail.gate_id === id);
  return {
    since: event?.occurredAt ?? timeOf(known, 'stage.completed'),
    ...standing,
    changes_at: expiresAt,
  };
}

function gateOf(known: Known, gate: PendingGate): GateWait {
  const { rule, when, message } = gate.failures.at(-1) ?? {};
  const isFailing = rule !== undefined && when !== undefined && message !== undefined;
  return {
    id: gate.gate_id,
    gate_type: gate.gate_type,
    options: gate.options,
    allowed_deciders: gate.decided_by,
    expires_at: gate.expires_at,
    on_expiry: gate.on_expiry,
    remind_at: gate.remind_at ?? null,
    rule_failure: isFailing ? { rule, when, message } : null,
    ...(gate.gate_type === 'approval' ? approvalOf(known, gate) : {}),
  };
}

/** How far an approval has come, by what happened to this gate. */
function approvalOf({ history }: Known, { gate_id: id, quorum = 1, excluded = [] }: PendingGate) {
  const ofGate = history.filter(({ detail }) => 'gate_id' in detail && detail.gate_id === id);
  const votes = ofGate.filter((event) => event.type === 'gate.vote_recorded');
  const approvals = votes.at(-1)?.detail.approvals ?? 0;
  const handedOn = ofGate.filter((event) => event.type === 'gate.delegated').map(delegationOf);
  const delegations = handedOn.filter(
    ({ from }, index) => !handedOn.slice(index + 1).some((later) => later.from === from),
  );
  return {
    quorum,
    missing_approvals: Math.max(quorum - approvals, 0),
    votes: votes.map(voteOf),
    excluded,
    delegations,
  };
}

function decide({ gate_id: id, decided_by: deciders, excluded = [] }: PendingGate, message: string): Remedy {
  const left = deciders.filter((decider) => !excluded.includes(decider));
  const who = deciders.length === 0 ? decisionRoles : left.length === 0 ? ['admin'] : left;
  return asks('decide-gate', message, `/gates/${id}/decision`, who);
}

function nameOf({ state }: Known): string {
  return currentStage(state).definition.name;
}

function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;
}
