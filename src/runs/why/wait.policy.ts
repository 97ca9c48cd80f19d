import type { JsonObject } from '../../kernel/json.js';
import type { Actor, Recorded } from '../../kernel/recorded-event.js';
import type { Decision, GateType, OnExpiry } from '../../templates/contract.js';
import type { JobAtHand, JobStatus } from '../../work/contract.js';
import type { DelegationView, VoteView } from '../decision-gate/decision-gate.projection.js';
import type { Begun } from '../run-state.decider.js';
import type { RunEvent } from '../run.events.js';

// What is answered is spelled here as on the wire.

/** What kind of thing a run waits for. `person`: a job that needs one. `command`: a step that only somebody's command takes. */
export const waitKinds = [
  'person',
  'risk',
  'milestone',
  'criterion',
  'job',
  'timer',
  'rule',
  'command',
  'approval',
  'decision',
  'unpark',
  'resume',
  'nothing',
] as const;
export type WaitKind = (typeof waitKinds)[number];

/** Something that would have the run go on. Without a route it is nothing that is asked of this service. */
export type Remedy = Readonly<{
  action: string;
  message: string;
  method?: 'POST';
  path?: string;
  /** Roles of keys, or at a gate whoever it names. The role `admin` always may. */
  who: readonly string[];
}>;

type By = Readonly<{ actor_type: string; actor_id: string }>;

/** What is waited for, in its own terms; there is one of them, or none. */
type Subject = Readonly<{
  milestone: Readonly<{ key: string; title: string }>;
  criterion: Readonly<{ key: string; text: string }>;
  risk: Readonly<{ id: string; type: string; message: string }>;
  rule: Readonly<{ code: string; when: string; reason: string; example: JsonObject | null }>;
  job: Readonly<{
    id: string;
    node: string;
    node_name: string;
    handler: string;
    status: JobStatus;
    attempts: number;
    max_attempts: number;
    worker: string | null;
    lease_expires_at: string | null;
    next_run_at: string | null;
    error: string | null;
  }>;
  timer: Readonly<{
    purpose: 'node_delay' | 'continue' | 'gate_expiry';
    node: string | null;
    node_name: string | null;
    due_at: string;
  }>;
  gate: GateWait;
  parked: Readonly<{ by: By; reason: string | null; gate_id: string | null }>;
  broken: Readonly<{ attempt: number; failed: readonly string[]; rerun: readonly string[]; rerun_count: number }>;
  ended: Readonly<{ by: By; reason: string | null; outcome: string }>;
}>;

/** An open gate, and how far it is from its decision. The last five are an approval's. */
export type GateWait = Readonly<{
  id: string;
  gate_type: GateType;
  options: readonly Decision[];
  allowed_deciders: readonly string[];
  expires_at: string | null;
  on_expiry: OnExpiry;
  remind_at: string | null;
  rule_failure: Readonly<{ rule: number; when: string; message: string }> | null;
  quorum?: number;
  missing_approvals?: number;
  votes?: readonly VoteView[];
  excluded?: readonly string[];
  delegations?: readonly DelegationView[];
}>;

/** The one thing a run waits for. */
export type Wait = Readonly<{
  waits_for: WaitKind;
  /** Since when, without a break. */
  since: string;
  /** When it changes by itself, as things stand; null where it does not. */
  changes_at: string | null;
  /** It goes on by itself: a worker is at it, or a time is set. */
  moving: boolean;
  summary: string;
  unblock: readonly Remedy[];
  /** How many other things are open besides. */
  others: number;
}> &
  Partial<Subject>;

/** Something a run may be said to wait for; made only where it is the one. */
export type Candidate = () => Omit<Wait, 'others'>;

/** All there is to tell it from. */
export type Known = Readonly<{
  runId: string;
  state: Begun;
  /**
   * Its events, oldest first, but for those of nodes and jobs, of which the last is enough. Of a very long history the beginning may be missing: then
   * nothing is said to be open for longer than what there is.
   */
  history: readonly Recorded<RunEvent>[];
  jobs: ReadonlyMap<string, JobAtHand>;
  now: string;
}>;

/** Waits on somebody. */
export const standing = { changes_at: null, moving: false } as const;

/** The last of these events; undefined where there was none. */
export function lastOf<Type extends RunEvent['type']>(
  { history }: Pick<Known, 'history'>,
  ...types: readonly Type[]
): Recorded<Extract<RunEvent, { type: Type }>> | undefined {
  const found = history.findLast(({ type }) => (types as readonly string[]).includes(type));
  return found as Recorded<Extract<RunEvent, { type: Type }>> | undefined;
}

/** When the first of these events that there was last happened; when the run was last heard of where none is known. */
export function timeOf(known: Pick<Known, 'history' | 'now'>, ...types: readonly RunEvent['type'][]): string {
  return (lastOf(known, ...types) ?? known.history[0])?.occurredAt ?? known.now;
}

/** Who did something, as it goes over the wire. */
export function byOf({ type, id }: Actor): By {
  return { actor_type: type, actor_id: id };
}

/** `POST` to a route, by whoever has one of these roles. */
export function asks(action: string, message: string, path: string, who: readonly string[]): Remedy {
  return { action, message, method: 'POST', path, who };
}

/** Nothing has to be asked of anybody. */
export function waitFor(message: string): Remedy {
  return { action: 'wait', message, who: [] };
}

/** Somebody else's words at the end of a sentence of ours. */
export function sentence(words: string): string {
  const short = words.length > 200 ? `${words.slice(0, 200).toWellFormed()} ...` : words;
  return /[.!?]$/.test(short) ? short : `${short}.`;
}

/** The end of a sentence, with a person's reason where there is one. */
export function because(reason: string | null): string {
  return reason === null ? '.' : `: ${sentence(reason)}`;
}
