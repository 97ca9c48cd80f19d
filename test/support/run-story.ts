import { fold } from '../../src/kernel/decider.js';
import { itemsOf } from '../../src/kernel/vector.js';
import type { Actor, Recorded } from '../../src/kernel/recorded-event.js';
import type { PolicyLayers } from '../../src/gate-policy/contract.js';
import type { Deciding, RunCommand } from '../../src/runs/run-command.decider.js';
import { runStream } from '../../src/runs/run-stream.js';
import { currentStage, type RunState } from '../../src/runs/run-state.decider.js';
import { runCatalogue, type RunEvent } from '../../src/runs/run.events.js';
import type { Stage } from '../../src/runs/stage.plan.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import type { GraphDefinition } from '../../src/work/contract.js';
import { isLive } from '../../src/work/graph-state.decider.js';
import { given } from './given.js';

export const runDecider = runStream.decider;

/** Nothing says that anybody has to approve anything. */
export const noPolicy: PolicyLayers = { global: {}, project: {}, requireManualReview: false };
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

/** One of everything that a graph may hold: agents, a condition with both ways out, a delay, a join, facts. */
export const clerksGraph: GraphDefinition = {
  nodes: [
    { id: 'begin', type: 'trigger', name: 'Begin', config: {}, next: ['fork'] },
    { id: 'fork', type: 'parallel', name: 'Fork', config: {}, next: ['ask', 'rest'] },
    {
      id: 'ask',
      type: 'agent',
      name: 'Ask',
      config: { agent_id: 'clerk', task: 'Ask around.', timeout_seconds: 7200 },
    },
    { id: 'rest', type: 'delay', name: 'Rest', config: { seconds: 1800 }, next: ['end'] },
    { id: 'weigh', type: 'condition', name: 'Weigh', config: { expression: 'output > 20' } },
    {
      id: 'again',
      type: 'agent',
      name: 'Again',
      config: { agent_id: 'clerk', task: 'Again.', on_exhausted: 'fail' },
      next: ['end'],
    },
    { id: 'note', type: 'action', name: 'Note', config: { action: 'emit', facts: { weighed: 'true' } }, next: ['end'] },
    { id: 'end', type: 'action', name: 'End', config: { action: 'noop' } },
  ],
  edges: [
    { id: 'asked', from: 'ask', to: 'weigh' },
    { id: 'heavy', from: 'weigh', to: 'note', condition: 'output.result' },
    { id: 'light', from: 'weigh', to: 'again', condition: '!output.result' },
  ],
  timeout_seconds: 12_600,
  max_retries_per_node: 1,
};

const clerksGate: StageDefinition['gate'] = {
  gate_type: 'decision',
  options: ['proceed', 'narrow', 'pivot'],
  decided_by: ['founder'],
};

/** The same with a graph, and a gate, in the stage that is started by hand; it goes on by itself when all of it is done. */
export const workedStages: readonly StageDefinition[] = ruledStages.map((stage) =>
  stage.key === 'build' ? { ...stage, advance: 'auto', graph: clerksGraph, gate: clerksGate } : stage,
);

type PayloadOf<Type extends RunCommand['type']> = Extract<RunCommand, { type: Type }>['data'];

/** A command by the founder at noon, unless said otherwise. */
export function command<Type extends RunCommand['type']>(
  type: Type,
  data: PayloadOf<Type>,
  how: Partial<Pick<RunCommand, 'by' | 'now' | 'freshId' | 'policy'>> = {},
): Extract<RunCommand, { type: Type }> {
  const whole = { type, runId: 'run-1', data, by: founder, now: noon, freshId: 'fresh-1', policy: noPolicy, ...how };
  return whole as unknown as Extract<RunCommand, { type: Type }>;
}

export function start(stages: readonly StageDefinition[] = trialStages): RunCommand {
  return command('start_run', {
    template: { key: 'trial', version: 3, contentHash: 'c0ffee', name: 'Trial', stages },
    subject: { type: 'project', project_id: 'project-1' },
    input: { idea: 'boats' },
  });
}

/** The events these commands lead to on a new run; each has its own fresh id, `fresh-1` for the first, unless it says a uuid. */
export function history(...commands: readonly RunCommand[]): readonly RunEvent[] {
  const events: RunEvent[] = [];
  let state = runDecider.initialState;
  for (const [index, each] of commands.entries()) {
    const freshId = each.freshId.startsWith('00000000-') ? each.freshId : `fresh-${String(index + 1)}`;
    const next = actedBy(each.by.actor, runDecider.decide(state, { ...each, freshId }));
    events.push(...next);
    state = fold(runDecider.evolve, state, next);
  }
  return events;
}

/** Events that know who they are by, as they are recorded. */
export function actedBy(actor: Actor, events: readonly RunEvent[]): readonly RunEvent[] {
  return events.map((event) => ({ ...event, by: event.by ?? actor }));
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

/** What a running run waits for, found the long way. A stage that is completed and not left has a gate to pass, though the last may have expired. */
export function waitingOn(
  run: RunState,
  events: readonly RunEvent[],
): 'gate' | 'approval' | 'human' | 'job' | 'timer' | null {
  if (run.status !== 'running' || run.currentStage === null) return null;
  const { state, work } = currentStage(run);
  const opened = events.findLast((event) => event.type === 'gate.opened');
  if (state === 'completed' && opened !== undefined)
    return opened.detail.gate_type === 'approval' ? 'approval' : 'gate';
  const live = work === null ? [] : itemsOf(work.nodes).filter(isLive);
  if (live.some(({ job }) => job?.status === 'NEEDS_HUMAN')) return 'human';
  if (live.some(({ job }) => job !== undefined)) return 'job';
  return live.length > 0 ? 'timer' : null;
}

/** To the draft's gate, `fresh-5`, with rules, of which the second fails. */
export const failedRule: readonly RunCommand[] = [start(ruledStages), ...atDraftGate.slice(1)];

const asked = { stage: 'build', node: 'ask', jobId: '00000000-0000-7000-8000-000000000000' };
const asking = { ...asked, attempt: 1 };
const soon = { now: '2026-03-01T12:10:00.000Z' };

/** The graph at work, its first job taken by a worker. */
export const atWork: readonly RunCommand[] = [
  start(workedStages),
  ...atDraftGate.slice(1),
  command('decide_gate', { gateId: 'fresh-5', decision: 'proceed' }),
  command('start_stage', { stage: 'build' }, { freshId: '00000000-0000-7000-8000-000000000000' }),
  takeJob(1),
];

function takeJob(attempt: number): RunCommand {
  const leaseExpiresAt = `2026-03-01T12:${String(attempt)}0:30.000Z`;
  return command(
    'start_jobs',
    { jobs: [asked], workerId: 'robot', leaseSeconds: 30, leaseExpiresAt },
    { now: `2026-03-01T12:${String(attempt)}0:00.000Z` },
  );
}

/** The stage a run stands at after these commands. */
export function currentStageAfter(...commands: readonly RunCommand[]): Stage {
  const state = stateAfter(history(...commands));
  if (state.status === 'not_started') throw new Error('The run is not started.');
  return currentStage(state);
}

/** Command sequences that lead, together, to every event of a graph and of its jobs. */
export const clerksStories: readonly (readonly RunCommand[])[] = [
  [
    ...atWork,
    command('complete_job', { ...asking, output: 25 }, soon),
    command('wake', {}, { now: '2026-03-01T12:40:00.000Z' }),
  ],
  [
    ...atWork,
    command('fail_job', { ...asking, error: 'It broke.', chance: 0.5 }, soon),
    takeJob(2),
    command('lose_lease', { ...asking, attempt: 2 }),
    takeJob(3),
    command('need_human', { ...asking, attempt: 3, reason: 'Who is that?' }),
    command('resolve_job', { ...asked, outcome: 'failed', reason: 'Nobody.' }),
    command('wake', {}, { now: '2026-03-01T12:40:00.000Z' }),
    command('resume', { reason: 'Once more.' }, { freshId: '00000000-0000-7000-8000-000000001000' }),
    command('wake', {}, { now: '2026-03-02T12:00:00.000Z' }),
  ],
];
