import { type DomainError, refuse } from '../kernel/domain-error.js';
import { isPast } from './gate-opening.decider.js';
import type { PendingGate } from './gate-state.decider.js';
import { findClosedGate, type Begun, type Running } from './run-state.decider.js';
import type { Verdict } from './run.events.js';

/** The run with the gate of that id open; `now` is when it is asked for. @throws DomainError where it is not */
export function atPendingGate(run: Begun, gateId: string, now: string): Running & Readonly<{ gate: PendingGate }> {
  const closed = findClosedGate(run, gateId);
  if (closed !== undefined)
    throw closed.status === 'decided' ? decidedAlready(closed.verdict) : notPending(closed.status);
  if (run.status !== 'running' || run.gate?.gate_id !== gateId) throw gateNotFound(gateId);
  const { gate } = run;
  if (isPast(gate, now)) throw notPending('expired');
  return { ...run, gate };
}

/** The refusal of another decision; `asked` is the word it was asked for with. */
export function decidedAlready({ decision, ...carried }: Verdict, asked: string | null = null): DomainError {
  const message =
    decision === asked ? `It was decided: ${decision}, with something else.` : `It was decided: ${decision}.`;
  return refuse('gate-already-decided', message, { decision, ...carried });
}

/** The refusal of a gate that nobody can decide any more. */
export function notPending(status: 'expired' | 'superseded'): DomainError {
  const anew = status === 'expired' ? ' Where nobody is asked any more, completing the stage again asks anew.' : '';
  return refuse('gate-not-pending', `The gate is ${status}. Read the run for where it stands now.${anew}`, { status });
}

function gateNotFound(id: string): DomainError {
  return refuse('gate-not-found', `Gate ${id} is not part of this run.`);
}
