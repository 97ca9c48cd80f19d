import { describe, expect, it } from '@jest/globals';
import { command, history, noPolicy, recorded, start, trialStages } from '../../test/support/run-story.js';
import type { PolicyLayers } from '../gate-policy/contract.js';
import { project } from '../kernel/projection.js';
import { pipelineRuns } from './pipeline-run/pipeline-run.projection.js';
import type { RunCommand } from './run-command.decider.js';

const asked: PolicyLayers = { ...noPolicy, global: { build: { require_approval: true, expires_after_seconds: 60 } } };
const milestones = ['code', 'docs', 'tests'].map((milestone) =>
  command('complete_milestone', { stage: 'build', milestone }),
);
const build = trialStages.filter(({ key }) => key === 'build' || key === 'ship');

/** At the approval of the build, which the policy asked for then. */
const atApproval: readonly RunCommand[] = [
  start(build),
  command('start_stage', { stage: 'build' }),
  ...milestones,
  command('complete_stage', { stage: 'build' }, { policy: asked }),
];
const lapsed = [...atApproval, command('wake', {}, { now: '2026-03-02T12:00:00.000Z', policy: asked })];
const parked = [...atApproval, command('park', { reason: 'Winter.' })];
const completeAgain = (policy = asked) => command('complete_stage', { stage: 'build' }, { policy });

const typesAfter = (before: readonly RunCommand[], last: RunCommand): readonly string[] =>
  history(...before, last)
    .slice(history(...before).length)
    .map(({ type }) => type);

describe('a stage whose approval lapsed', () => {
  it('asks anew while the policy still asks', () => {
    expect(typesAfter(lapsed, completeAgain())).toEqual(['gate.opened']);
    expect(typesAfter(lapsed, command('advance', {}, { policy: asked }))).toEqual(['gate.opened']);
    expect(typesAfter(parked, command('unpark', { reason: 'Spring.' }, { policy: asked }))).toEqual([
      'pipeline_run.unparked',
      'gate.opened',
    ]);
  });

  it('is left once the policy asks no more, and does not keep its run for ever', () => {
    const onward = ['stage.entered', 'stage.started'];
    expect(typesAfter(lapsed, completeAgain(noPolicy))).toEqual(onward);
    expect(typesAfter(lapsed, command('advance', {}))).toEqual(onward);
    expect(typesAfter(parked, command('unpark', { reason: 'Spring.' }))).toEqual(['pipeline_run.unparked', ...onward]);
  });

  it('keeps its run waiting no longer than the run stands there', () => {
    const waitingAfter = (...commands: readonly RunCommand[]) =>
      project(pipelineRuns, new Map(), recorded(history(...commands))).get('run-1')?.waitingOn;
    expect(waitingAfter(...lapsed)).toBe('approval');
    expect(waitingAfter(...lapsed, completeAgain(noPolicy))).toBeNull();
  });

  it('leaves an approval that is open as it is', () => {
    expect(typesAfter(atApproval, completeAgain(noPolicy))).toEqual([]);
    expect(typesAfter(atApproval, command('advance', {}))).toEqual([]);
  });
});
