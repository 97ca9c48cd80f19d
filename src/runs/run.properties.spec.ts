import { describe, expect, it } from '@jest/globals';
import { begun, holdsForEvery, isRuled, movesOn, stageKeys, type Step } from '../../test/support/run-play.js';
import { recorded, workedStages, runDecider, stateAfter, waitingOn } from '../../test/support/run-story.js';
import { project, type Projection, type Row, type Rows } from '../kernel/projection.js';
import { decisionGates } from './decision-gate/decision-gate.projection.js';
import { pipelineRuns } from './pipeline-run/pipeline-run.projection.js';
import { runCatalogue, type RunEvent } from './run.events.js';
import { stageConfigs } from './stage-config/stage-config.projection.js';
import { currentStage } from './run-state.decider.js';
import { isLocked, stageProgress, type StageState } from './stage.plan.js';
import { meanPercent } from './weights.plan.js';

function rowsOf<R extends Row>(projection: Projection<R, RunEvent>, events: readonly RunEvent[]): Rows<R> {
  return project(projection, new Map<string, R>(), recorded(events));
}

describe('any sequence of commands', () => {
  it('replays to the state it led to, also from stored events', () => {
    holdsForEvery((steps, events) => {
      const stored = JSON.parse(JSON.stringify(events)) as readonly RunEvent[];
      expect(stateAfter(stored)).toEqual(steps.at(-1)?.after);
    });
  });

  it('has no effect when each command is sent again', () => {
    holdsForEvery((steps) => {
      const repeatable = steps.filter(
        ({ command: { type }, after, events }) =>
          type !== 'advance' &&
          type !== 'resume' &&
          !(type === 'complete_stage' && after.status === 'completed') &&
          !isRuled(events) &&
          !movesOn(events),
      );
      for (const { after, command } of repeatable) {
        expect(runDecider.decide(after, { ...command, freshId: 'again' })).toEqual([]);
      }
    });
  });

  it('moves stages only along legal moves', () => {
    const legal: Readonly<Record<string, Readonly<{ from: readonly StageState[]; to: StageState }>>> = {
      'stage.started': { from: ['created'], to: 'in_progress' },
      'stage.completed': { from: ['in_progress'], to: 'completed' },
      'stage.gated': { from: ['completed'], to: 'gated' },
      'stage.reopened': { from: ['completed'], to: 'in_progress' },
      'stage.reset': { from: ['in_progress', 'completed', 'gated'], to: 'created' },
    };
    holdsForEvery((_steps, events) => {
      const states = new Map<string, StageState>(workedStages.map(({ key }) => [key, 'created']));
      for (const { type, detail } of events) {
        const move = legal[type];
        if (move === undefined || !('stage' in detail) || detail.stage === null) continue;
        expect(move.from).toContain(states.get(detail.stage));
        expect(detail.stage).not.toBe('vault');
        states.set(detail.stage, move.to);
      }
    });
  });

  it('goes forward only past a gate, or from a stage that has none', () => {
    holdsForEvery((_steps, events) => {
      for (const [index, event] of events.entries()) {
        if (event.type !== 'stage.entered' || event.fromStage === undefined) continue;
        const isBack = stageKeys.indexOf(event.detail.stage) <= stageKeys.indexOf(event.fromStage);
        const allowed = isBack ? ['stage.reset'] : ['stage.gated'];
        expect(allowed).toContain(events[index - 1]?.type);
      }
    });
  });

  it('keeps weights at the whole of their stage and progress between 0 and 100', () => {
    const wholes = [100, 3, 0, 0, 0];
    holdsForEvery((steps) => {
      for (const { after } of steps) {
        const { stages } = begun(after);
        expect(stages.map(({ weights }) => Object.values(weights).reduce((sum, weight) => sum + weight, 0))).toEqual(
          wholes,
        );
        expect(stages.map(stageProgress).every((percent) => percent >= 0 && percent <= 100)).toBe(true);
      }
    });
  });

  it('has at most one pending gate, at the completed current stage of a running run', () => {
    holdsForEvery((steps, events) => {
      const pending = [...rowsOf(decisionGates, events).values()].filter(({ status }) => status === 'pending');
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      expect(pending.length).toBeLessThanOrEqual(1);
      for (const { stage, id } of pending) {
        const at = run.stages.find(({ definition }) => definition.key === stage);
        expect([run.status, run.currentStage, at?.state]).toEqual(['running', stage, 'completed']);
        expect(run).toMatchObject({ gate: { gate_id: id } });
      }
    });
  });

  it('excludes from an approval those whom the timeline shows at work, where nobody may approve their own', () => {
    holdsForEvery((_steps, events) => {
      let state = runDecider.initialState;
      for (const event of events) {
        if (event.type === 'gate.opened' && event.detail.policy?.['no_self_approval']?.layer === 'global')
          expect(event.detail.excluded).toEqual(currentStage(begun(state)).workedBy);
        state = runDecider.evolve(state, event);
      }
    });
  });

  it('decides an approval by as many people as its quorum, or by one who sends back', () => {
    holdsForEvery((_steps, events) => {
      for (const event of events) {
        if (event.type !== 'gate.decided') continue;
        const votes = events.filter(
          ({ type, detail }) =>
            type === 'gate.vote_recorded' && 'gate_id' in detail && detail.gate_id === event.detail.gate_id,
        );
        const approvers = votes.flatMap(({ detail, by }) =>
          'vote' in detail && detail.vote === 'approve' ? [by?.id] : [],
        );
        const opened = events.find(
          ({ type, detail }) =>
            type === 'gate.opened' && 'gate_id' in detail && detail.gate_id === event.detail.gate_id,
        );
        const quorum = opened?.type === 'gate.opened' ? (opened.detail.quorum ?? 0) : 0;
        expect(new Set(approvers).size).toBe(approvers.length);
        if (event.detail.decision === 'approve') expect(approvers).toHaveLength(quorum);
        if (event.detail.decision === 'send_back') expect(approvers.length).toBeLessThan(quorum);
      }
    });
  });

  it('changes nothing once the run is closed', () => {
    holdsForEvery((steps) => {
      const late = steps.filter(({ before }) => before.status === 'completed' || before.status === 'cancelled');
      expect(late.flatMap(({ events }) => events)).toEqual([]);
    });
  });

  it('lets only unparking, cancelling and what workers report change a parked run', () => {
    holdsForEvery((steps) => {
      const effective = steps.filter(({ before, events }) => before.status === 'parked' && events.length > 0);
      for (const { command: asked } of effective)
        expect(['unpark', 'cancel', 'complete_job', 'fail_job', 'need_human', 'lose_lease']).toContain(asked.type);
    });
  });
});

describe('the read models after any sequence of commands', () => {
  it('show the run as the rules know it, at the version of its last event', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const percents = run.stages.filter((stage) => !isLocked(stage)).map(stageProgress);
      expect(rowsOf(pipelineRuns, events).get('run-1')).toMatchObject({
        streamVersion: events.length,
        updatedAt: `recorded-${String(events.length)}`,
        status: run.status,
        waitingOn: waitingOn(run, events),
        currentStage: run.currentStage,
        stageProgress: Object.fromEntries(run.stages.map(({ definition, state }) => [definition.key, state])),
        stagePercents: Object.fromEntries(run.stages.map((stage) => [stage.definition.key, stageProgress(stage)])),
        progressPercent: meanPercent(percents),
        openGateId: run.status === 'running' ? (run.gate?.gate_id ?? null) : null,
      });
    });
  });

  it('show every stage as the rules know it', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const rows = rowsOf(stageConfigs, events);
      for (const stage of run.stages) {
        const row = rows.get(`run-1/${stage.definition.key}`);
        const milestones = Object.entries(row?.milestones ?? {});
        const completed = milestones.filter(([, { completed: isDone }]) => isDone).map(([key]) => key);
        expect(row).toMatchObject({
          state: stage.state,
          progressPercent: stageProgress(stage),
          result: stage.result,
          suggestedFocus: stage.focus,
        });
        expect(Object.fromEntries(milestones.map(([key, { weight }]) => [key, weight]))).toEqual(stage.weights);
        expect(completed.toSorted()).toEqual(stage.completed.toSorted());
        expect(row?.exitCriteria.filter(({ met }) => met).map(({ key }) => key)).toEqual(stage.met);
        expect(row?.blockingRisks.map(({ id, dismissed }) => [id, dismissed])).toEqual(
          run.risks.filter((risk) => risk.stage === stage.definition.key).map(({ id, dismissed }) => [id, dismissed]),
        );
      }
    });
  });

  it('show every gate as the rules know it', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const closed = [...rowsOf(decisionGates, events).values()].filter(({ status }) => status !== 'pending');
      const shown = closed.map(({ id, status, decision, context }) => [
        id,
        status === 'decided' ? { status, verdict: { decision, ...context } } : { status },
      ]);
      expect(Object.fromEntries(shown)).toEqual(run.closedGates);
    });
  });
});

describe('the random commands', () => {
  it('reach every kind of event', () => {
    const reached = new Set<string>();
    const collect = (_steps: readonly Step[], events: readonly RunEvent[]) => {
      for (const { type } of events) reached.add(type);
    };
    holdsForEvery(collect, { seed: 3 });
    expect([...reached].toSorted()).toEqual(Object.keys(runCatalogue).toSorted());
  });
});
