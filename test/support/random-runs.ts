/** Random runs through the trial: sequences of commands, most of which are worth trying where the run stands. */
import fc from 'fast-check';
import { DomainError } from '../../src/kernel/domain-error.js';
import type { Deciding, RunCommand } from '../../src/runs/run-command.decider.js';
import { runDecider } from '../../src/runs/run.decider.js';
import type { Begun, RunState } from '../../src/runs/run-state.decider.js';
import type { RunEvent } from '../../src/runs/run.events.js';
import { command, start, trialStages } from './run-story.js';

/** A seed for one command; what it means depends on where the run stands, so that most are worth trying. */
type Seed = Readonly<{ kind: number; pick: number; twist: number }>;
/** One command that was not refused, with what it led to. */
export type Step = Readonly<{ command: RunCommand; before: RunState; events: readonly RunEvent[]; after: RunState }>;

const chief: Deciding = { actor: { type: 'founder', id: 'ada' }, roles: ['admin'] };
/** The stages of the trial, and one that is not there. */
export const stageKeys = [...trialStages.map(({ key }) => key), 'missing'];
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

function commandFor(run: Begun, { kind, pick: seed, twist }: Seed): RunCommand {
  const stage = twist === 0 ? pick(stageKeys, seed) : (run.currentStage ?? 'draft');
  const definition = trialStages.find(({ key }) => key === stage);
  const milestone = pick([...Object.keys(definition?.milestones ?? {}), 'missing'], seed);
  const gateId = run.status === 'running' && run.gate !== null && twist > 0 ? run.gate.gate_id : `id-${String(seed)}`;
  const riskId = pick(run.risks.map(({ id }) => id).concat('missing'), seed);
  const toStage = twist === 0 ? undefined : pick(stageKeys, seed);
  const reason = twist === 3 ? ' ' : 'Because';
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
    command('record_facts', { facts: { [milestone]: seed }, trigger: 'chat' }),
    command('advance', {}),
    command('decide_gate', { gateId, decision: 'proceed' }),
    command('decide_gate', { gateId, decision: 'proceed' }),
    command('decide_gate', { gateId, decision: 'proceed' }),
    command('decide_gate', { gateId, ...fitting('narrow', undefined, milestone) }),
    command('decide_gate', { gateId, ...fitting(pick(decisions, seed), toStage, milestone), reason }),
    command('expire_gate', { gateId }, { now: `2026-03-01T1${String(twist + 2)}:30:00.000Z` }),
    command('unpark', { reason }),
    command('unpark', { reason }),
    seed % 4 === 0 ? command('park', { reason }) : command('unpark', { reason }),
    seed % 16 === 0 ? command('cancel', { reason }) : command('advance', {}),
  ];
  return { ...pick(choices, kind), by: chief };
}

/** Plays what the seeds stand for; what is refused leaves the run as it was. */
function play(seeds: readonly Seed[]): readonly Step[] {
  const steps: Step[] = [stepOf(runDecider.initialState, start())];
  for (const [index, seed] of seeds.entries()) {
    const before = steps.at(-1)?.after;
    if (before === undefined || before.status === 'not_started') throw new Error('A run begins with its start.');
    const next = { ...commandFor(before, seed), freshId: `id-${String(index)}` };
    try {
      steps.push(stepOf(before, next));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return steps;
}

function stepOf(before: RunState, asked: RunCommand): Step {
  const events = runDecider.decide(before, asked);
  return { command: asked, before, events, after: events.reduce(runDecider.evolve, before) };
}

/** Holds a check against the steps and events of 200 random runs. */
export function holdsForEvery(
  check: (steps: readonly Step[], events: readonly RunEvent[]) => void,
  options: Readonly<{ seed?: number }> = {},
): void {
  const seed = fc.record({ kind: fc.nat(26), pick: fc.nat(60), twist: fc.nat(3) });
  const plays = fc.array(seed, { minLength: 1, maxLength: 80, size: 'max' });
  fc.assert(
    fc.property(plays, (seeds) => {
      const steps = play(seeds);
      const events = steps.flatMap((step) => step.events);
      check(steps, events);
    }),
    { numRuns: 200, ...options },
  );
}
