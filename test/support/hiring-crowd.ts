/** Many candidates on their way through one pipeline: made by the rules of runs, and the same ones every time. */
import { v5 as idFrom } from 'uuid';
import { fold } from '../../src/kernel/decider.js';
import { RECORDED_AT } from '../../src/platform/event-store/recorded-at.js';
import type { Append } from '../../src/platform/event-store/append.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { type RunState, currentStage } from '../../src/runs/run-state.decider.js';
import type { Deciding, RunCommand } from '../../src/runs/run-command.decider.js';
import { type RunEvent, runCatalogue } from '../../src/runs/run.events.js';
import type { StageDefinition, TemplateContent } from '../../src/templates/template.events.js';
import { command, runDecider } from './run-story.js';

const stage = (key: string): StageDefinition => ({
  key,
  name: key,
  milestones: {},
  exit_criteria: [],
  auto_start: key !== 'onsite',
  ...(key === 'offer'
    ? {}
    : { gate: { gate_type: 'decision', options: ['proceed', 'narrow', 'pivot', 'park'], decided_by: ['founder'] } }),
});

/** Six stages, of which the fourth is started by hand and the last has no gate. */
export const crowdTemplate: TemplateContent = {
  key: 'crowd',
  name: 'Crowd',
  stages: ['screen', 'test', 'phone', 'onsite', 'debrief', 'offer'].map(stage),
};

const NAMESPACE = '0190a0a0-0000-7000-8000-0000000c0bd0';
const hirer: Deciding = { actor: { type: 'founder', id: 'hana' }, roles: ['admin'] };

/** One run per number, each as one append. */
export function crowd(count: number): readonly Append[] {
  return Array.from({ length: count }, (_, index) => appendOf(index, eventsOf(index)));
}

function eventsOf(index: number): readonly RunEvent[] {
  const chance = chanceFrom(index);
  let state = runDecider.initialState;
  const events: RunEvent[] = [];
  for (let step = 0; step < 60; step += 1) {
    const next = nextCommand(state, index, chance());
    if (next === null) break;
    const decided = runDecider.decide(state, {
      ...next,
      by: hirer,
      freshId: idFrom(`gate ${index} ${step}`, NAMESPACE),
    });
    events.push(...decided);
    state = fold(runDecider.evolve, state, decided);
  }
  return events;
}

/** What happens next to a candidate; null where they are left where they stand. */
function nextCommand(run: RunState, index: number, chance: number): RunCommand | null {
  const reason = 'So it is';
  if (run.status === 'not_started') return startOf(index);
  if (run.status === 'parked') {
    if (chance < 0.7) return command('unpark', { reason });
    return chance < 0.8 ? command('cancel', { reason, outcome: 'withdrawn' }) : null;
  }
  if (run.status !== 'running' || chance < 0.03) return null;
  const { definition, state, number } = currentStage(run);
  const { key } = definition;
  if (chance < 0.05) return command('park', { reason });
  if (chance < 0.08) return command('cancel', { reason, outcome: 'withdrawn' });
  if (state === 'created') return command('start_stage', { stage: key });
  if (state === 'in_progress') return command('complete_stage', { stage: key });
  if (run.gate === null) return null;
  const gateId = run.gate.gate_id;
  if (chance < 0.2) return command('cancel', { reason, outcome: 'rejected' });
  if (chance < 0.22) return command('decide_gate', { gateId, decision: 'park', reason });
  if (chance < 0.26) return command('decide_gate', { gateId, decision: 'narrow', reason });
  if (chance < 0.34) {
    const toStage = crowdTemplate.stages[Math.floor((chance - 0.26) * 12.5 * number)]?.key;
    return command('decide_gate', { gateId, decision: 'pivot', reason, ...(toStage === undefined ? {} : { toStage }) });
  }
  return command('decide_gate', { gateId, decision: 'proceed', reason });
}

function startOf(index: number): RunCommand {
  const { key, name, stages } = crowdTemplate;
  return command('start_run', {
    template: { key, version: 1, contentHash: 'c0ffee', name, stages },
    subject: {
      type: 'application',
      candidate_id: idFrom(`candidate ${index}`, NAMESPACE),
      job_profile_id: idFrom('job', NAMESPACE),
    },
    input: {},
  });
}

function appendOf(index: number, events: readonly RunEvent[]): Append {
  const streamId = idFrom(`run ${index}`, NAMESPACE);
  const commandId = idFrom(`command ${index}`, NAMESPACE);
  const id = (place: number) => idFrom(`event ${index} ${place}`, NAMESPACE);
  const recorded = events.map((event, place) => ({
    ...event,
    id: id(place),
    tenantId: DEFAULT_TENANT_ID,
    streamId,
    streamType: 'pipeline_run',
    streamVersion: place + 1,
    ...runCatalogue[event.type],
    correlationId: commandId,
    causationId: place === 0 ? commandId : id(0),
    actor: hirer.actor,
    context: { command_id: commandId },
    occurredAt: RECORDED_AT,
    recordedAt: RECORDED_AT,
  }));
  return { streamId, expectedVersion: 0, events: recorded, rows: {} };
}

/** Numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
function chanceFrom(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
