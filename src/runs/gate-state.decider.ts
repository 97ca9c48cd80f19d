import type { Actor } from '../kernel/recorded-event.js';
import type { OpenedGate, RuleFailure, RunEvent, Verdict } from './run.events.js';

/** A gate that waits for nobody any more. */
export type ClosedGate = Readonly<{ status: 'decided'; verdict: Verdict } | { status: 'expired' | 'superseded' }>;

/** What may be said at an approval. */
export type Word = 'approve' | 'send_back';

/** What a person said; `onBehalfOf` is the id of whoever had them say it, null where it was for themselves. */
export type Vote = Readonly<{ actor: Actor; word: Word; onBehalfOf: string | null }>;

/** Somebody, by the id of their actor, has somebody else vote: an id of an actor, or the name of a key. */
export type Delegation = Readonly<{ from: string; to: string }>;

/** A gate with how its rules failed lately, each failure once, and with what was said so far, oldest first. */
export type PendingGate = OpenedGate &
  Readonly<{
    failures: readonly RuleFailure[];
    votes: readonly Vote[];
    /** One for each that delegated: the latest. */
    delegations: readonly Delegation[];
    /** Nobody is reminded again of the same expiry. */
    isReminded: boolean;
  }>;

/** What may happen to a gate while it waits. */
export type PendingGateEvent = Extract<
  RunEvent,
  { type: 'gate.rule_failed' | 'gate.vote_recorded' | 'gate.reminded' | 'gate.extended' | 'gate.delegated' }
>;

/** A gate as it opens. */
export function gateOpens(detail: OpenedGate): PendingGate {
  return { ...detail, failures: [], votes: [], delegations: [], isReminded: false };
}

/** Folds what happens to a gate while it waits. `actor` is who acted. */
export function evolveGate(gate: PendingGate, event: PendingGateEvent, actor: Actor | undefined): PendingGate {
  switch (event.type) {
    case 'gate.rule_failed':
      return withFailure(gate, event.detail);
    case 'gate.vote_recorded': {
      if (actor === undefined) throw new Error(`Nobody is known to have voted at gate ${gate.gate_id}.`);
      const { vote: word, on_behalf_of: onBehalfOf } = event.detail;
      return { ...gate, votes: [...gate.votes, { actor, word, onBehalfOf }] };
    }
    case 'gate.reminded':
      return { ...gate, isReminded: true };
    case 'gate.extended':
      return {
        ...gate,
        expires_at: event.detail.expires_at,
        remind_at: event.detail.remind_at,
        isReminded: false,
      };
    case 'gate.delegated': {
      const { from, to } = event.detail;
      const others = gate.delegations.filter((known) => known.from !== from);
      return { ...gate, delegations: [...others, { from, to }] };
    }
  }
}

/** Failures repeat what was looked up, so that there may be one for each command: what is loaded with every command is bounded. */
const KEPT_FAILURES = 20;

function withFailure(gate: PendingGate, { rule, when, message }: RuleFailure): PendingGate {
  return { ...gate, failures: [...gate.failures, { rule, when, message }].slice(-KEPT_FAILURES) };
}
