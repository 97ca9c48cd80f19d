import type { PolicyLayers } from '../gate-policy/contract.js';
import type { Decider } from '../kernel/decider.js';
import { DomainError } from '../kernel/domain-error.js';
import type { Asked, Deciding, RunCommand } from './run-command.decider.js';
import { currentStage, type Begun, type RunState } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import type { Stage } from './stage.plan.js';

/** Something this caller could do to the run, or may not and why. `path` is the route, from the root. */
export type Action = Readonly<{
  action: RunCommand['type'];
  target?: string;
  method: 'POST';
  path: string;
  allowed: boolean;
  refusal?: Readonly<{ code: string; message: string }>;
}>;

/** As long as any gate may be open: a hundred years. */
const LONG_SECONDS = 3_153_600_000;

type RunDecider = Decider<RunState, RunCommand, RunEvent>;
type Candidate = Readonly<{ ask: Asked; target?: string; path: string }>;

/** Stands in for the words a person will give, so that only the rest of the rules is tried. */
const anyReason = 'To be given.';

/**
 * What can be done to a run, found by trying the decider itself: there is no second set of rules to keep in step.
 * What would change nothing is left out.
 */
export function actionsFor(
  decider: RunDecider,
  runId: string,
  state: RunState,
  by: Deciding,
  { now, policy }: Readonly<{ now: string; policy: PolicyLayers }>,
): readonly Action[] {
  if (state.status === 'not_started') return [];
  return candidates(state, `/pipeline/${runId}`).flatMap(({ ask, target, path }) => {
    const described = { action: ask.type, ...(target === undefined ? {} : { target }), method: 'POST' as const, path };
    const outcome = attempt(decider, state, { ...ask, runId, by, now, policy, freshId: runId });
    if (outcome === 'nothing') return [];
    return [outcome === 'allowed' ? { ...described, allowed: true } : { ...described, allowed: false, ...outcome }];
  });
}

function attempt(
  decider: RunDecider,
  state: Begun,
  command: RunCommand,
): 'allowed' | 'nothing' | Required<Pick<Action, 'refusal'>> {
  try {
    return decider.decide(state, command).length > 0 ? 'allowed' : 'nothing';
  } catch (error) {
    if (error instanceof DomainError) return { refusal: { code: error.code, message: error.message } };
    throw error;
  }
}

function candidates(run: Begun, path: string): readonly Candidate[] {
  const stage = currentStage(run);
  const stagePath = `${path}/stages/${stage.definition.key}`;
  return [
    ...stageActions(stage, stagePath),
    ...milestoneActions(stage, stagePath),
    ...criterionActions(stage, stagePath),
    ...riskActions(run, stage, stagePath),
    ...gateActions(run),
    ...runActions(path),
  ];
}

function stageActions(stage: Stage, path: string): readonly Candidate[] {
  const { key } = stage.definition;
  return [
    { ask: { type: 'start_stage', data: { stage: key } }, target: key, path: `${path}/start` },
    { ask: { type: 'complete_stage', data: { stage: key } }, target: key, path: `${path}/complete` },
    {
      ask: { type: 'record_result', data: { stage: key, outcome: 'undecided', feedback: anyReason } },
      target: key,
      path: `${path}/result`,
    },
    { ask: { type: 'suggest_focus', data: { stage: key, focus: [anyReason] } }, target: key, path: `${path}/focus` },
  ];
}

function milestoneActions(stage: Stage, path: string): readonly Candidate[] {
  return Object.keys(stage.weights)
    .toSorted()
    .flatMap((milestone): readonly Candidate[] => {
      const data = { stage: stage.definition.key, milestone };
      const route = `${path}/milestones/${milestone}`;
      return [
        { ask: { type: 'complete_milestone', data }, target: milestone, path: `${route}/complete` },
        { ask: { type: 'reopen_milestone', data }, target: milestone, path: `${route}/reopen` },
      ];
    });
}

function criterionActions(stage: Stage, path: string): readonly Candidate[] {
  return stage.definition.exit_criteria.flatMap(({ key: criterion }): readonly Candidate[] => {
    const data = { stage: stage.definition.key, criterion };
    const route = `${path}/criteria/${criterion}`;
    return [
      { ask: { type: 'meet_criterion', data }, target: criterion, path: `${route}/meet` },
      { ask: { type: 'unmeet_criterion', data }, target: criterion, path: `${route}/unmeet` },
    ];
  });
}

function riskActions(run: Begun, { definition: { key } }: Stage, path: string): readonly Candidate[] {
  const raise: Candidate = {
    ask: { type: 'raise_risk', data: { stage: key, type: anyReason, message: anyReason } },
    target: key,
    path: `${path}/risks`,
  };
  const dismissals = run.risks.map(({ id, stage }): Candidate => ({
    ask: { type: 'dismiss_risk', data: { stage, riskId: id, reason: anyReason } },
    target: id,
    path: `${path.slice(0, -key.length)}${stage}/risks/${id}/dismiss`,
  }));
  return [raise, ...dismissals];
}

function gateActions(run: Begun): readonly Candidate[] {
  if (run.status !== 'running' || run.gate === null) return [];
  const { gate_id: gateId, options, gate_type: type, expires_at: expiry } = run.gate;
  const path = `/gates/${gateId}`;
  const decisions = options.map((decision): Candidate => ({
    ask: { type: 'decide_gate', data: { gateId, decision, reason: anyReason } },
    target: decision,
    path: `${path}/decision`,
  }));
  const extend: Candidate = {
    ask: { type: 'extend_gate', data: { gateId, seconds: LONG_SECONDS, reason: anyReason } },
    target: gateId,
    path: `${path}/extend`,
  };
  const delegate: Candidate = {
    ask: { type: 'delegate_gate', data: { gateId, to: anyReason, reason: anyReason } },
    target: gateId,
    path: `${path}/delegate`,
  };
  return [...decisions, ...(expiry === null ? [] : [extend]), ...(type === 'approval' ? [delegate] : [])];
}

function runActions(path: string): readonly Candidate[] {
  return [
    { ask: { type: 'advance', data: {} }, path: `${path}/advance` },
    {
      ask: { type: 'record_facts', data: { facts: { [anyReason]: true }, trigger: anyReason } },
      path: `${path}/facts`,
    },
    { ask: { type: 'park', data: { reason: anyReason } }, path: `${path}/park` },
    { ask: { type: 'unpark', data: { reason: anyReason } }, path: `${path}/unpark` },
    { ask: { type: 'cancel', data: { reason: anyReason } }, path: `${path}/cancel` },
    { ask: { type: 'resume', data: { reason: anyReason } }, path: `${path}/resume` },
  ];
}
