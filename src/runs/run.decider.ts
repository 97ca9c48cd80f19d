import type { Decider } from '../kernel/decider.js';
import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { withFollowUps } from './follow-ups.decider.js';
import { extendGate } from './gate-clock.decider.js';
import { decideGate } from './gates.decider.js';
import { asRunning } from './guards.decider.js';
import { cancel, park, startRun, unpark } from './lifecycle.decider.js';
import { completeMilestone, meetCriterion, reopenMilestone, unmeetCriterion } from './milestones.decider.js';
import { dismissRisk, raiseRisk, recordFacts, recordResult, suggestFocus } from './records.decider.js';
import type { RunCommand } from './run-command.decider.js';
import { actedOnBy, evolve, type RunState } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { advance, completeStage, startStage } from './stages.decider.js';
import { delegateGate } from './votes.decider.js';
import { resume, settleJob, startJobs, wake } from './work.decider.js';

/** Sends each command to its rule. The first group answers a parked or closed run themselves. */
function decide(state: RunState, command: RunCommand, evaluate: Evaluation): readonly RunEvent[] {
  if (command.type === 'start_run') return startRun(state, command);
  if (state.status === 'not_started') throw refuse('run-not-found', 'There is no such run. Start one first.');
  switch (command.type) {
    case 'park':
      return park(state, command);
    case 'unpark':
      return unpark(state, command, evaluate);
    case 'cancel':
      return cancel(state, command);
    case 'resume':
      return resume(state, command);
    case 'decide_gate':
      return decideGate(state, command, evaluate);
    case 'extend_gate':
      return extendGate(state, command);
    case 'delegate_gate':
      return delegateGate(state, command);
    case 'wake':
      return wake(state, command, evaluate);
    case 'start_jobs':
      return startJobs(state, command, evaluate);
    case 'complete_job':
    case 'fail_job':
    case 'need_human':
    case 'lose_lease':
    case 'cancel_job':
    case 'retry_job':
    case 'resolve_job':
      return settleJob(state, command, evaluate);

    case 'start_stage':
      return startStage(asRunning(state), command);
    case 'complete_stage':
      return completeStage(asRunning(state), command, evaluate);
    case 'complete_milestone':
      return completeMilestone(asRunning(state), command);
    case 'reopen_milestone':
      return reopenMilestone(asRunning(state), command);
    case 'meet_criterion':
      return meetCriterion(asRunning(state), command);
    case 'unmeet_criterion':
      return unmeetCriterion(asRunning(state), command);
    case 'raise_risk':
      return raiseRisk(asRunning(state), command);
    case 'dismiss_risk':
      return dismissRisk(asRunning(state), command);
    case 'suggest_focus':
      return suggestFocus(asRunning(state), command);
    case 'record_result':
      return recordResult(asRunning(state), command);
    case 'record_facts':
      return recordFacts(asRunning(state), command);
    case 'advance':
      return advance(asRunning(state), command, evaluate);
  }
}

/**
 * The rules of one run. Expressions of its templates are evaluated by the functions given. What a command asks for comes first, then what
 * follows by itself.
 */
export function createRunDecider(evaluate: Evaluation): Decider<RunState, RunCommand, RunEvent> {
  return {
    initialState: { status: 'not_started' },
    decide: (state, command) => {
      const acted = actedOnBy(state, command.by.actor);
      return withFollowUps(acted, decide(acted, command, evaluate), command, evaluate);
    },
    evolve,
  };
}
