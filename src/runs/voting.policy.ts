import { type DomainError, refuse } from '../kernel/domain-error.js';
import type { Actor } from '../kernel/recorded-event.js';
import { isGroup } from '../templates/contract.js';
import type { Delegation, PendingGate, Word } from './gate-state.decider.js';
import type { Deciding } from './run-command.decider.js';

/** What one person goes by: the id of their actor, and what their key is called. */
export function ownNames({ actor, keyName }: Deciding): readonly string[] {
  return [actor.id, keyName].filter((name): name is string => name !== undefined && !isGroup(name));
}

/** Every word by which somebody may be named as a decider. */
export function namesOf(by: Deciding): readonly string[] {
  return [by.actor.type, ...by.roles, ...ownNames(by)];
}

/** Whether somebody is among those who decide a gate; the role admin always is. */
export function isDecider(decidedBy: readonly string[], by: Deciding): boolean {
  const names = namesOf(by);
  return names.includes('admin') || decidedBy.some((name) => names.includes(name));
}

/** What a vote depends on: who may, who did the work, what was said and handed on so far. */
export type Ballot = Readonly<{ decided_by: readonly string[]; excluded?: readonly string[] }> &
  Pick<PendingGate, 'votes' | 'delegations'>;

/** How somebody may vote: for themselves or in another's stead. `word` is what was said for them already, null where nothing was. */
export type Seat = Readonly<{ onBehalfOf: string | null; word: Word | null }>;

/**
 * The seat of somebody at an approval. Everybody has one, however many delegate to them: who may vote in their own right does; another takes the
 * first place that was handed to them and is still free. A place is taken once, by whoever of the two is first.
 *
 * Throws `not-a-decider`, and `self-approval` for who did the work.
 */
export function seatOf(ballot: Ballot, by: Deciding): Seat {
  const seat = takenSeat(ballot, by) ?? freeSeat(ballot, by);
  if (seat === null) throw notADecider(ballot);
  if (ballot.excluded?.includes(by.actor.id) === true) throw selfApproval(by.actor);
  return seat;
}

/** Whether somebody, by the id of their actor, has voted, or another in their stead. */
export function isPlaceTaken({ votes }: Pick<Ballot, 'votes'>, id: string): boolean {
  return votes.some(({ actor, onBehalfOf }) => onBehalfOf === id || actor.id === id);
}

/** A person is the id of their actor: whatever key they use, and as whatever kind of actor. */
function takenSeat({ votes }: Ballot, { actor }: Deciding): Seat | null {
  const own = votes.findLast((vote) => vote.actor.id === actor.id);
  return own === undefined ? null : { onBehalfOf: own.onBehalfOf, word: own.word };
}

function freeSeat({ decided_by, votes, delegations }: Ballot, by: Deciding): Seat | null {
  if (isDecider(decided_by, by)) {
    const inStead = votes.findLast(({ onBehalfOf }) => onBehalfOf === by.actor.id);
    return { onBehalfOf: null, word: inStead?.word ?? null };
  }
  const place = delegations.find((each) => isTo(each, by) && !isPlaceTaken({ votes }, each.from));
  return place === undefined ? null : { onBehalfOf: place.from, word: null };
}

function isTo({ to }: Delegation, by: Deciding): boolean {
  return ownNames(by).includes(to);
}

/** The refusal of whoever is not named. */
export function notADecider({ decided_by }: Pick<Ballot, 'decided_by'>): DomainError {
  const message = `Only ${decided_by.join(' or ')} may decide this gate.`;
  return refuse('not-a-decider', message, { decided_by });
}

function selfApproval({ id }: Actor): DomainError {
  const message = `${id} did work of this stage, and nobody approves their own: somebody else has to.`;
  return refuse('self-approval', message, { actor_id: id });
}
