/** Runs of templates that pass validation and ask as much as they can. */
import type { JsonObject } from '../../src/kernel/json.js';
import type { Evaluation } from '../../src/kernel/expression.js';
import { beginEvaluation } from '../../src/platform/expressions/evaluation.js';
import { createRunDecider } from '../../src/runs/run.decider.js';
import type { Begun } from '../../src/runs/run-state.decider.js';
import type { RunEvent } from '../../src/runs/run.events.js';
import type { GateDefinition, StageDefinition } from '../../src/templates/contract.js';
import { condition, delay, graphStage, noonPlus, noop, set, trigger, type NodeDefinition } from './graph-story.js';
import { command, founder, start } from './run-story.js';

/** A run by its stages and what it is started with. */
export type CostlyRun = Readonly<{ stages: readonly StageDefinition[]; input: JsonObject }>;

/** What became of it, and the steps and the events of each command. */
export type Cost = Readonly<{
  steps: readonly number[];
  perCommand: readonly number[];
  state: Begun;
  events: readonly RunEvent[];
}>;

const list = Array.from({ length: 4000 }, (_, index) => index);
const text = 'a'.repeat(120_000);
const input = { list, text, part: `${text.slice(0, 2000)}b${text.slice(0, 2000)}` };

const inLoop = `input.list.all(x, ${Array(20).fill('(x > -1 ? true : false)').join('&&')})`;
const searches = Array(20).fill('!input.text.contains(input.part)').join('&&');
const durations = `!input.list.exists(x, ${Array(20).fill('duration("1h2m") == x').join('||')})`;
const errors = `input.list.all(x, ${Array(14).fill('input.zz').join('||')}||true)`;
const expressions = [inLoop, searches, durations, errors];
const costly = (index: number) => expressions[index % expressions.length] ?? inLoop;

const ids = (count: number) => Array.from({ length: count }, (_, index) => `n${String(index)}`);
const fan = (nodes: readonly NodeDefinition[]) =>
  graphStage(
    [trigger(), ...nodes],
    nodes.map(({ id }) => `start>${id}`),
  );

const valuesOf = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${String(index)}`, costly(index + from)]));

const ruledGate: GateDefinition = {
  gate_type: 'decision',
  options: ['proceed', 'park'],
  decided_by: ['system', 'founder'],
  auto: [
    { when: `!(${inLoop})`, decision: 'park' },
    { when: durations, decision: 'proceed' },
  ],
};

const inTurn = (count: number): readonly StageDefinition[] =>
  ids(count).map((key) => ({
    ...graphStage([trigger(), set('made', { v: inLoop })], ['start>made']),
    ...{ key, gate: ruledGate },
  }));

/** Each is as wide as `count` says. */
export const costlyRuns: Readonly<Record<string, (count: number) => CostlyRun>> = {
  'values of many nodes': (count) => ({ stages: [fan(ids(count).map((id) => set(id, valuesOf(100))))], input }),
  'one value of many nodes': (count) => ({
    stages: [fan(ids(count).map((id, index) => set(id, { v: `${costly(index)} ? 1 : 2`, w: '1' })))],
    input: { ...input, list: list.slice(0, 400) },
  }),
  'conditions of many nodes': (count) => ({
    stages: [fan(ids(count).map((id, index) => condition(id, costly(index))))],
    input,
  }),
  'edges of one node': (count) => ({
    stages: [
      graphStage(
        [trigger(), ...ids(count).map((id) => noop(id))],
        ids(count).map((id, index) => `start>${id}: ${costly(index)}`),
      ),
    ],
    input,
  }),
  'edges of delays that are over at once': (count) => {
    const nodes = ids(count).flatMap((id) => [delay(`d${id}`, 1), noop(id)]);
    const edges = ids(count).flatMap((id, index) => [`start>d${id}`, `d${id}>${id}: ${costly(index)}`]);
    return { stages: [graphStage([trigger(), ...nodes], edges)], input };
  },
  'large outputs': (count) => ({
    stages: [fan(ids(count).map((id) => noop(id)))],
    input: { text: text + text },
  }),
  'the rules of a gate': () => {
    const rules = ids(20).map((_, index) => ({ when: `!(${costly(index)})`, decision: 'proceed' as const }));
    const [stage] = inTurn(1);
    const stages = stage === undefined ? [] : [{ ...stage, gate: { ...ruledGate, auto: rules } }];
    return { stages, input: { ...input, list: list.slice(0, 300) } };
  },
  'plain nodes in stages that go on by themselves': (count) => ({
    stages: ids(count * 10).map((key) => ({ ...fan(ids(190).map((id) => noop(id))), key })),
    input: {},
  }),
  'stages that go on by themselves': (count) => ({
    stages: inTurn(count),
    input: { ...input, list: list.slice(0, 300) },
  }),
};

/** Starts a run and wakes it, second after second, until nothing more happens. */
export function playCostly({ stages, input: given }: CostlyRun): Cost {
  const begun: Evaluation[] = [];
  const decider = createRunDecider(() => {
    const evaluation = beginEvaluation();
    begun.push(evaluation);
    return evaluation;
  });
  let state = decider.initialState;
  const events: RunEvent[] = [];
  const perCommand: number[] = [];
  for (let second = 0, isOver = false; !isOver; second += 1) {
    const first = start(stages);
    const how = { by: founder, now: noonPlus(second), freshId: idOf(second) };
    const asked =
      second > 0 || first.type !== 'start_run'
        ? command('wake', {}, how)
        : { ...first, ...how, data: { ...first.data, input: given } };
    const next = decider.decide(state, asked);
    isOver = next.length === 0;
    events.push(...next);
    perCommand.push(next.length);
    state = next.reduce(decider.evolve, state);
  }
  if (state.status === 'not_started') throw new Error('It was not started.');
  return { steps: begun.map(({ stepCount }) => stepCount()), perCommand, state, events };
}

function idOf(second: number): string {
  return `00000000-0000-7000-8000-${(second * 10_000).toString(16).padStart(12, '0')}`;
}
