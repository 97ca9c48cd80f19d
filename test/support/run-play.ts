/** Random runs: whatever is asked of them, each step is a command that the rules took. */
import fc from 'fast-check';
import { DomainError } from '../../src/kernel/domain-error.js';
import type { Deciding, RunCommand } from '../../src/runs/run-command.decider.js';
import type { Begun, RunState } from '../../src/runs/run-state.decider.js';
import type { RunEvent } from '../../src/runs/run.events.js';
import type { Job } from '../../src/work/contract.js';
import { itemsOf } from '../../src/kernel/vector.js';
import type { PolicyLayers } from '../../src/gate-policy/contract.js';
import { actedBy, command, noon, runDecider, start, workedStages } from './run-story.js';

/** A seed for one command; what it means depends on where the run stands, so that most are worth trying. */
type Seed = Readonly<{ kind: number; pick: number; twist: number }>;
/** One command that was not refused: where the run stood, what came of it. */
export type Step = Readonly<{ command: RunCommand; before: RunState; events: readonly RunEvent[]; after: RunState }>;

const chief: Deciding = { actor: { type: 'founder', id: 'ada' }, roles: ['admin'] };
/** Who votes: one may only where it was delegated to them. */
const people: readonly Deciding[] = [
  { actor: { type: 'user', id: 'bea' }, roles: ['approver'] },
  { actor: { type: 'user', id: 'cyd' }, roles: ['approver'], keyName: 'phone' },
  { actor: { type: 'user', id: 'dan' }, roles: ['operator'] },
  chief,
];

/** Some stages have to be approved: by two people, or by whoever did none of the work. */
const approvals: PolicyLayers = {
  global: {
    '*': { expires_after_seconds: 3600, remind_before_seconds: 2400, on_expiry: 'escalate' },
    draft: { require_approval: true, quorum: 2 },
    build: { require_approval: true, no_self_approval: true, on_expiry: 'park' },
    ship: { require_approval: true, on_expiry: 'remain' },
  },
  project: {},
  requireManualReview: false,
};

/** Every stage of `workedStages`, and one that is missing. */
export const stageKeys = [...workedStages.map(({ key }) => key), 'missing'];
const decisions = ['proceed', 'narrow', 'pivot', 'park'] as const;

function pick<Value>(values: readonly Value[], seed: number): Value {
  const value = values[seed % values.length];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
}

/** A decision with what goes with it. */
function fitting(decision: (typeof decisions)[number], toStage: string | undefined, milestone: string) {
  if (decision === 'pivot') return { decision, toStage };
  return decision === 'narrow' ? { decision, scope: { drop_milestones: [milestone] } } : { decision };
}

/** Every job of the run that its stages still know. */
function jobsOf(run: Begun): readonly Job[] {
  const nodes = run.stages.flatMap(({ work }) => (work === null ? [] : itemsOf(work.nodes)));
  return nodes.flatMap(({ job }) => (job === undefined ? [] : [job]));
}

/** What workers, people and time do to the jobs of a run; first come those about a job as it stands. */
function jobCommands(run: Begun, { pick: seed, twist }: Seed): readonly RunCommand[] {
  const all = jobsOf(run);
  const jobs = all.map(({ id: jobId, stage, node }) => ({ stage: stage ?? '', node: node ?? '', jobId }));
  const named = pick([...jobs, { stage: 'build', node: 'ask', jobId: 'missing' }], seed);
  const job = all.find(({ id }) => id === named.jobId);
  const attempt = (job?.attempts ?? 0) + (seed % 7 === 0 ? 1 : 0);
  const reason = 'Because';
  const [workerId, leaseSeconds, leaseExpiresAt] = ['worker', 30, '2026-03-01T12:10:30.000Z'] as const;
  const take = command(
    'start_jobs',
    { jobs, workerId, leaseSeconds, leaseExpiresAt },
    { now: `${noon.slice(0, 14)}10:00.000Z` },
  );
  const complete = command('complete_job', { ...named, attempt, output: twist === 0 ? 'many' : seed });
  const fail = command('fail_job', { ...named, attempt, error: 'It broke.', chance: 0.5, retryable: twist !== 0 });
  const byStatus: Partial<Record<Job['status'], readonly RunCommand[]>> = {
    RUNNING: [
      complete,
      fail,
      command('need_human', { ...named, attempt, reason }),
      command('lose_lease', { ...named, attempt }),
      fail,
      complete,
    ],
    NEEDS_HUMAN: [
      command('retry_job', { ...named, reason }),
      command('resolve_job', {
        ...named,
        outcome: pick(['succeeded', 'failed', 'canceled'], twist),
        output: seed,
        reason,
      }),
      complete,
    ],
    QUEUED: [take, take, take, command('cancel_job', { ...named, reason }), command('retry_job', { ...named })],
  };
  return (job && byStatus[job.status]) ?? [take, complete, fail, command('cancel_job', { ...named, reason })];
}

/** What people do at an approval. */
function approvalCommands(run: Begun, gateId: string, { pick: seed, twist }: Seed): readonly RunCommand[] {
  const stage = workedStages.find(({ key }) => key === run.currentStage);
  const named = pick([...Object.keys(stage?.milestones ?? {}), 'missing'], seed);
  const node = pick([...(stage?.graph?.nodes ?? []).map(({ id }) => id), 'missing'], seed);
  const reason = 'Because';
  const parts = pick([{}, { milestones: { [named]: reason } }, { nodes: { [node]: reason } }, { note: reason }], seed);
  const approve = command('decide_gate', { gateId, decision: 'approve' });
  return [
    approve,
    approve,
    approve,
    command('decide_gate', { gateId, decision: 'send_back', sendBack: parts, reason }),
    command('extend_gate', { gateId, seconds: (twist + 1) * 1800, reason }),
    command('delegate_gate', { gateId, to: pick(['dan', 'phone', 'ada'], seed), reason }),
    command('delegate_gate', { gateId, to: 'dan', reason }),
  ].map((each) => ({ ...each, by: pick(people, seed + twist) }));
}

function commandFor(run: Begun, { kind, pick: seed, twist }: Seed): RunCommand {
  if (kind > 27) return { ...pick(jobCommands(run, { kind, pick: seed, twist }), seed + kind), by: chief };
  const stage = twist === 0 ? pick(stageKeys, seed) : (run.currentStage ?? 'draft');
  const definition = workedStages.find(({ key }) => key === stage);
  const milestone = pick([...Object.keys(definition?.milestones ?? {}), 'missing'], seed);
  const gateId = run.status === 'running' && run.gate !== null && twist > 0 ? run.gate.gate_id : idOf(seed);
  const riskId = pick(run.risks.map(({ id }) => id).concat('missing'), seed);
  const toStage = twist === 0 ? undefined : pick(stageKeys, seed);
  const reason = twist === 3 ? ' ' : 'Because';
  if (kind > 17 && kind < 23 && run.status === 'running' && run.gate?.gate_type === 'approval')
    return pick(approvalCommands(run, gateId, { kind, pick: seed, twist }), seed + kind);
  const choices: readonly RunCommand[] = [
    command('start_stage', { stage }),
    command('complete_milestone', { stage, milestone }),
    command('complete_milestone', { stage, milestone }),
    command('reopen_milestone', { stage, milestone }),
    command('complete_stage', { stage }),
    command('complete_stage', { stage, override: true, reason }),
    command('complete_stage', { stage, override: true, reason }),
    command('complete_stage', { stage, override: true, reason }),
    command('start_stage', { stage }),
    command('meet_criterion', { stage, criterion: 'sourced' }),
    command('unmeet_criterion', { stage, criterion: 'sourced' }),
    command('raise_risk', { stage, type: 'legal', message: `Worry ${String(seed % 2)}` }),
    command('dismiss_risk', { stage: run.risks.find(({ id }) => id === riskId)?.stage ?? stage, riskId, reason }),
    command('suggest_focus', { stage, focus: [milestone] }),
    command('record_result', { stage, outcome: 'pass', score: seed }),
    command('record_facts', { facts: { calls: seed }, trigger: 'calls' }),
    command('record_facts', { facts: { [milestone]: seed }, trigger: 'chat' }),
    run.status === 'failed' || run.status === 'timeout' ? command('resume', { reason }) : command('advance', {}),
    command('decide_gate', { gateId, decision: 'proceed' }),
    command('decide_gate', { gateId, decision: 'proceed' }),
    command('decide_gate', { gateId, decision: 'proceed' }),
    command('decide_gate', { gateId, ...fitting('narrow', undefined, milestone) }),
    command('decide_gate', { gateId, ...fitting(pick(decisions, seed), toStage, milestone), reason }),
    command('wake', {}, { now: `2026-03-01T1${String(twist + 2)}:30:00.000Z` }),
    twist === 3
      ? command('resume', { reason: 'Again', fromNode: pick(['ask', 'rest', 'missing'], seed) })
      : command('unpark', { reason }),
    command('unpark', { reason }),
    seed % 4 === 0 ? command('park', { reason }) : command('unpark', { reason }),
    seed % 16 === 0 ? command('cancel', { reason }) : command('advance', {}),
  ];
  return { ...pick(choices, kind), by: chief };
}

/** Spaced out, so that the ids of jobs, which follow the command's own, are no other command's. */
function idOf(index: number): string {
  return `00000000-0000-7000-8000-${(index * 1000).toString(16).padStart(12, '0')}`;
}

/** Plays what the seeds stand for; what is refused leaves the run as it was. */
function play(seeds: readonly Seed[]): readonly Step[] {
  const steps: Step[] = [stepOf(runDecider.initialState, start(workedStages))];
  for (const [index, seed] of seeds.entries()) {
    const before = steps.at(-1)?.after;
    if (before === undefined || before.status === 'not_started') throw new Error('A run begins with its start.');
    const next = {
      ...commandFor(before, seed),
      freshId: idOf(index),
      ...(seed.twist === 2 ? { policy: approvals } : {}),
    };
    try {
      steps.push(stepOf(before, next));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return steps;
}

function stepOf(before: RunState, asked: RunCommand): Step {
  const events = actedBy(asked.by.actor, runDecider.decide(before, asked));
  return { command: asked, before, events, after: events.reduce(runDecider.evolve, before) };
}

/** Holds a check against 200 random runs through `workedStages`. */
export function holdsForEvery(
  check: (steps: readonly Step[], events: readonly RunEvent[]) => void,
  options: Readonly<{ seed?: number }> = {},
): void {
  const seed = fc.record({ kind: fc.nat(41), pick: fc.nat(60), twist: fc.nat(3) });
  const plays = fc.array(seed, { minLength: 1, maxLength: 100, size: 'max' });
  fc.assert(
    fc.property(plays, (seeds) => {
      const steps = play(seeds);
      const events = steps.flatMap((step) => step.events);
      check(steps, events);
    }),
    { numRuns: 200, ...options },
  );
}

/** Whether a rule decided: the run may have moved on from where the command was possible. */
export function isRuled(events: readonly RunEvent[]): boolean {
  return events.some(({ by }) => by?.id === 'rule');
}

/** Whether its stage was completed by itself: what was asked of it belongs to a stage that is left. */
export function movesOn(events: readonly RunEvent[]): boolean {
  return events.some((event) => event.type === 'stage.completed' && event.detail.trigger !== null);
}

/** A run that was started. */
export function begun(state: RunState): Begun {
  if (state.status === 'not_started') throw new Error('The run is not started.');
  return state;
}
