/**
 * The three clocks of a gate: its reminder, its expiry, and the time that those who may decide are given on top. Each is an event of its own. A gate
 * that never expires has none of them.
 */
import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { millisecondsBetween } from '../kernel/instant.js';
import { openEscalatedGate } from './gate-opening.decider.js';
import type { PendingGate } from './gate-state.decider.js';
import { clockOf } from './gate-terms.policy.js';
import { inTurn, requiredReason } from './guards.decider.js';
import { atPendingGate } from './pending-gate.policy.js';
import type { Deciding, ExtendGate, Wake } from './run-command.decider.js';
import type { Begun, Running } from './run-state.decider.js';
import type { OpenedGate, RunEvent } from './run.events.js';
import { isDecider, notADecider, seatOf } from './voting.policy.js';

/** Nobody decided in time. */
export function expireGate(run: Running, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  const { gate } = run;
  if (gate === null || gate.expires_at === null || command.now < gate.expires_at) return [];
  const { gate_id, stage, on_expiry } = gate;
  return inTurn(
    run,
    () => [{ type: 'gate.expired', detail: { gate_id, stage, on_expiry } }],
    (now) => afterExpiry(now, gate, command, evaluate),
  );
}

/** It will soon be too late to decide. */
export function remindOfGate({ gate }: Running, { now }: Wake): readonly RunEvent[] {
  if (gate === null || gate.isReminded || gate.expires_at === null) return [];
  if (gate.remind_at === undefined || gate.remind_at === null || now < gate.remind_at) return [];
  const { gate_id, stage, expires_at } = gate;
  return [{ type: 'gate.reminded', detail: { gate_id, stage, expires_at } }];
}

/** Gives more time, from now on, and never less than there was; those who may decide are reminded as long before as they were to be. */
export function extendGate(run: Begun, { data, by, now }: ExtendGate): readonly RunEvent[] {
  const { gate } = atPendingGate(run, data.gateId, now);
  checkMayExtend(gate, by);
  const { gate_id, stage, expires_at: before } = gate;
  if (before === null)
    throw refuse('gate-never-expires', 'The gate stays open until it is decided: it has time enough.');
  const ahead = remindsAhead(gate);
  const clock = clockOf(
    {
      expires_after_seconds: data.seconds,
      ...(ahead !== null && ahead < data.seconds ? { remind_before_seconds: ahead } : {}),
    },
    now,
  );
  const { expires_at, remind_at = null } = clock;
  if (expires_at === before) return [];
  if (expires_at === null || expires_at < before) throw noExtension(before);
  const reason = requiredReason(data.reason, 'extending a gate');
  return [{ type: 'gate.extended', detail: { gate_id, stage, expires_at, remind_at }, reason }];
}

function afterExpiry(run: Running, gate: OpenedGate, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  switch (gate.on_expiry) {
    case 'remain':
      return []; // Fail closed: the stage stays unpassed until somebody asks again.
    case 'park': {
      const detail = { stage: gate.stage, gate_id: gate.gate_id };
      return [{ type: 'pipeline_run.parked', detail, reason: 'The gate expired undecided.' }];
    }
    case 'escalate':
      return openEscalatedGate(run, gate, command, evaluate);
  }
}

function checkMayExtend(gate: PendingGate, by: Deciding): void {
  if (by.roles.includes('admin')) return;
  if (gate.gate_type === 'approval') seatOf(gate, by);
  else if (!isDecider(gate.decided_by, by)) throw notADecider(gate);
}

/** How many seconds before its expiry a gate reminds; null where it does not. */
function remindsAhead({ expires_at, remind_at }: PendingGate): number | null {
  if (expires_at === null || remind_at === null || remind_at === undefined) return null;
  return millisecondsBetween(remind_at, expires_at) / 1000;
}

function noExtension(before: string): Error {
  const detail = `must reach beyond ${before}, when it expires as it is; the seconds count from now.`;
  return refuse('invalid-input', 'That would be less time than there is.', {
    errors: [{ pointer: '/seconds', detail }],
  });
}
