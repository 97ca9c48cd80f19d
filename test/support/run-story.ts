import { fold } from '../../src/kernel/decider.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import type { Deciding, RunCommand } from '../../src/runs/run-command.decider.js';
import { runStream } from '../../src/runs/run-stream.js';
import { currentStage, type RunState } from '../../src/runs/run-state.decider.js';
import { runCatalogue, type RunEvent } from '../../src/runs/run.events.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { given } from './given.js';

export const runDecider = runStream.decider;

export const noon = '2026-03-01T12:00:00.000Z';
export const founder: Deciding = { actor: { type: 'founder', id: 'ada' }, roles: [] };
export const operator: Deciding = { actor: { type: 'user', id: 'olu' }, roles: ['operator'] };
export const viewer: Deciding = { actor: { type: 'user', id: 'vic' }, roles: ['viewer'] };

/**
 * A pipeline that has one of everything: a gate with all options, a stage to start by hand without a gate, a gate that
 * escalates, a locked stage, a stage without milestones.
 */
export const trialStages: readonly StageDefinition[] = [
  {
    key: 'draft',
    name: 'Draft',
    auto_start: true,
    milestones: {
      outline: { title: 'Outline', weight: 50 },
      review: { title: 'Review', weight: 25 },
      trimmed: { title: 'Trimmed', weight: 5, also_completed_by: 'gate:narrow' },
      agreed: { title: 'Agreed', weight: 20, completed_by: 'gate:proceed' },
    },
    exit_criteria: [{ key: 'sourced', text: 'Every claim has a source' }],
    gate: {
      gate_type: 'decision',
      options: ['proceed', 'narrow', 'pivot', 'park'],
      decided_by: ['founder', 'approver'],
      reason_required_for: ['pivot', 'park'],
      expires_after_seconds: 3600,
    },
  },
  {
    key: 'build',
    name: 'Build',
    milestones: {
      code: { title: 'Code', weight: 1 },
      docs: { title: 'Docs', weight: 1 },
      tests: { title: 'Tests', weight: 1 },
    },
    exit_criteria: [],
  },
  { key: 'vault', name: 'Vault', locked: true, milestones: {}, exit_criteria: [] },
  {
    key: 'check',
    name: 'Check',
    auto_start: true,
    milestones: {},
    exit_criteria: [],
    gate: {
      gate_type: 'decision',
      options: ['proceed', 'pivot'],
      decided_by: ['approver'],
      expires_after_seconds: 60,
      on_expiry: 'escalate',
      escalate_to: ['operator'],
    },
  },
  { key: 'ship', name: 'Ship', auto_start: true, milestones: {}, exit_criteria: [] },
];

/** The same with rules at the draft's gate: the first by its result, the second by a fact that fails while it is missing. */
export const ruledStages: readonly StageDefinition[] = trialStages.map((stage) =>
  stage.key !== 'draft' || stage.gate === undefined
    ? stage
    : {
        ...stage,
        gate: {
          ...stage.gate,
          decided_by: [...stage.gate.decided_by, 'system'],
          auto: [
            { when: 'result != null && result.score >= 30', decision: 'proceed' },
            { when: 'facts.calls > 40', decision: 'park' },
          ],
        },
      },
);

type PayloadOf<Type extends RunCommand['type']> = Extract<RunCommand, { type: Type }>['data'];

/** A command by the founder at noon, unless said otherwise. */
export function command<Type extends RunCommand['type']>(
  type: Type,
  data: PayloadOf<Type>,
  how: Partial<Pick<RunCommand, 'by' | 'now' | 'freshId'>> = {},
): Extract<RunCommand, { type: Type }> {
  const whole = { type, runId: 'run-1', data, by: founder, now: noon, freshId: 'fresh-1', ...how };
  return whole as unknown as Extract<RunCommand, { type: Type }>;
}

export function start(stages: readonly StageDefinition[] = trialStages): RunCommand {
  return command('start_run', {
    template: { key: 'trial', version: 3, contentHash: 'c0ffee', name: 'Trial', stages },
    subject: { type: 'project', project_id: 'project-1' },
    input: { idea: 'boats' },
  });
}

/** The events these commands lead to on a new run; each has its own fresh id, `fresh-1` for the first. */
export function history(...commands: readonly RunCommand[]): readonly RunEvent[] {
  const events: RunEvent[] = [];
  let state = runDecider.initialState;
  for (const [index, each] of commands.entries()) {
    const next = runDecider.decide(state, { ...each, freshId: `fresh-${String(index + 1)}` });
    events.push(...next);
    state = fold(runDecider.evolve, state, next);
  }
  return events;
}

/** A run after these commands, ready for one more. */
export function after(...commands: readonly RunCommand[]) {
  return given(runDecider, history(...commands));
}

export function stateAfter(events: readonly RunEvent[]): RunState {
  return fold(runDecider.evolve, runDecider.initialState, events);
}

/** Events as the store records them; times are placeholders, as while a command is being written. */
export function recorded(events: readonly RunEvent[]): readonly Recorded<RunEvent>[] {
  return events.map((event, index) => ({
    ...event,
    id: `event-${String(index + 1)}`,
    tenantId: 'tenant-1',
    streamId: 'run-1',
    streamType: 'run',
    streamVersion: index + 1,
    ...runCatalogue[event.type],
    correlationId: 'correlation-1',
    causationId: 'command-1',
    actor: event.by ?? founder.actor,
    context: {},
    occurredAt: `occurred-${String(index + 1)}`,
    recordedAt: `recorded-${String(index + 1)}`,
  }));
}

/** From the start to a draft that is ready to be completed. */
export const readyDraft: readonly RunCommand[] = [
  start(),
  command('complete_milestone', { stage: 'draft', milestone: 'outline' }),
  command('complete_milestone', { stage: 'draft', milestone: 'review' }),
  command('meet_criterion', { stage: 'draft', criterion: 'sourced' }),
];

/** To the draft's open gate, `fresh-5`. */
export const atDraftGate: readonly RunCommand[] = [...readyDraft, command('complete_stage', { stage: 'draft' })];

/** To a build that is entered and not started. */
export const atBuild: readonly RunCommand[] = [
  ...atDraftGate,
  command('decide_gate', { gateId: 'fresh-5', decision: 'proceed' }),
];

/** To the check's open gate, `fresh-12`. */
export const atCheckGate: readonly RunCommand[] = [
  ...atBuild,
  command('start_stage', { stage: 'build' }),
  command('complete_milestone', { stage: 'build', milestone: 'code' }),
  command('complete_milestone', { stage: 'build', milestone: 'docs' }),
  command('complete_milestone', { stage: 'build', milestone: 'tests' }),
  command('complete_stage', { stage: 'build' }),
  command('complete_stage', { stage: 'check' }),
];

/** What keeps a running run from going on: its current stage's work is done and a decision is due. */
export function waitingOn(run: RunState): 'gate' | null {
  if (run.status !== 'running' || run.currentStage === null) return null;
  const { state, definition } = currentStage(run);
  return state === 'completed' && definition.gate !== undefined ? 'gate' : null;
}

/** To the draft's gate, `fresh-5`, with rules, of which the second fails. */
export const failedRule: readonly RunCommand[] = [start(ruledStages), ...atDraftGate.slice(1)];
