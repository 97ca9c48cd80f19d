import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withJob } from '../../test/support/graph-play.js';
import {
  agent,
  begin,
  completes,
  delay,
  graphStage,
  noop,
  playOn,
  says,
  takes,
  trigger,
  wakes,
  type Played,
} from '../../test/support/graph-story.js';
import { stateAfter } from '../../test/support/run-story.js';
import type { StageDefinition } from '../templates/contract.js';
import { currentStage } from './run-state.decider.js';

const decisions = ['proceed', 'narrow', 'pivot', 'park'] as const;
const someGate = fc.record({
  when: fc.constantFrom('!has(facts.calm)', 'false', 'facts.missing'),
  decision: fc.constantFrom(...decisions),
});
const someStage = fc.record({
  graph: fc.constantFrom('none', 'quick', 'worked', 'slow'),
  advance: fc.constantFrom('auto', 'auto', undefined),
  autoStart: fc.constantFrom(true, true, false),
  asks: fc.constantFrom(true, false),
  gate: fc.option(someGate, { nil: undefined }),
});

const contract: NonNullable<StageDefinition['contract']> = [
  { code: 'told', when: 'facts.told == true', reason: 'No.', action: { code: 'tell', message: 'Tell.' } },
];

const graphs = {
  none: undefined,
  quick: graphStage([trigger(), noop('n')], ['start>n']).graph,
  worked: graphStage([trigger(), agent('a'), agent('b')], ['start>a', 'start>b']).graph,
  slow: graphStage([trigger(), delay('d', 5), agent('a')], ['start>d', 'd>a']).graph,
};

/** Stages in a row, some of which go on by themselves, with gates that rules may decide. */
const someStages: fc.Arbitrary<readonly StageDefinition[]> = fc
  .array(someStage, { minLength: 1, maxLength: 5 })
  .map((drawn) =>
    drawn.map(({ graph, advance, autoStart, asks, gate }, at) => ({
      key: `s${String(at)}`,
      name: `Stage ${String(at)}`,
      auto_start: autoStart,
      milestones: {},
      exit_criteria: [],
      ...(graphs[graph] === undefined ? {} : { graph: graphs[graph] }),
      ...(advance === undefined ? {} : { advance }),
      ...(asks ? { contract } : {}),
      ...(gate === undefined
        ? {}
        : { gate: { gate_type: 'decision', options: decisions, decided_by: ['founder', 'system'], auto: [gate] } }),
    })),
  );

/** When the rules, which may send a run round for ever, are told to be calm. */
const CALM_ROUND = 30;

/** What a patient person, a worker and the clock do next; the run as it is where there is nothing to do. */
function next(run: Played, round: number): Played {
  const { state } = run;
  const at = round * 10;
  if (state.status === 'parked') return playOn(run, says('unpark', { reason: 'On.' }, at));
  if (state.status !== 'running') return run;
  if (round >= CALM_ROUND && state.facts['calm'] === undefined)
    return playOn(run, says('record_facts', { facts: { calm: true }, trigger: 'calm' }, at));
  const stage = currentStage(state);
  const { key } = stage.definition;
  if (state.gate !== null)
    return playOn(run, says('decide_gate', { gateId: state.gate.gate_id, decision: 'proceed' }, at));
  if (stage.state === 'created') return playOn(run, says('start_stage', { stage: key }, at));
  const [queued] = stage.work === null ? [] : withJob(state, 'QUEUED');
  if (queued !== undefined) return playOn(run, takes([queued], at));
  const [running] = stage.work === null ? [] : withJob(state, 'RUNNING');
  if (running !== undefined) return playOn(run, completes(running, {}, at));
  if ((stage.work?.liveCount ?? 0) > 0) return playOn(run, wakes(at));
  if (stage.definition.contract !== undefined && state.facts['told'] === undefined)
    return playOn(run, says('record_facts', { facts: { told: true }, trigger: 'told' }, at));
  return playOn(run, says('complete_stage', { stage: key }, at));
}

describe('any row of stages', () => {
  it('comes to its end, always waiting for something that can be done, and names nothing twice', () => {
    fc.assert(
      fc.property(someStages, (stages) => {
        let run = begin(stages);
        for (let round = 1; round < 200 && run.state.status !== 'completed'; round += 1) run = next(run, round);
        expect(run.state.status).toBe('completed');
        const ids = run.events.flatMap((event) =>
          event.type === 'job.queued'
            ? [event.detail.job_id]
            : event.type === 'gate.opened'
              ? [event.detail.gate_id]
              : [],
        );
        expect(new Set(ids).size).toBe(ids.length);
        expect(stateAfter(run.events)).toEqual(run.state);
      }),
      { numRuns: 300 },
    );
  });

  it('goes as far as it may with a trigger that brings no news, so that the same again changes nothing', () => {
    const looks = (run: Played) => playOn(run, says('record_facts', { facts: run.state.facts, trigger: 'look' }));
    fc.assert(
      fc.property(someStages, (stages) => {
        let run = begin(stages);
        for (let round = 1; round < 60 && run.state.status !== 'completed'; round += 1) {
          run = next(run, round);
          if (run.state.status !== 'running') continue;
          run = looks(run);
          if (run.state.status === 'running') expect(looks(run).events).toHaveLength(run.events.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});
