import { describe, expect, it } from '@jest/globals';
import type { Standing } from '../run-journey/run-journey.projection.js';
import { type StandingCount, funnelOf } from './funnel.policy.js';

const stages = ['screen', 'phone', 'onsite'].map((stage, index) => ({ stage, number: index + 1, name: stage }));

const count = (stage: string, standing: Standing, runs: number, more: Partial<StandingCount> = {}): StandingCount => ({
  stage,
  number: 1,
  standing,
  parked: false,
  outcome: null,
  runs,
  ...more,
});

describe('a funnel', () => {
  it('counts each run that entered a stage once, by where it stands', () => {
    const [screen] = funnelOf(stages, [
      count('screen', 'passed', 5),
      count('screen', 'passed', 2, { parked: true }),
      count('screen', 'in_stage', 3),
      count('screen', 'in_stage', 1, { parked: true }),
      count('screen', 'moved_back', 4),
      count('screen', 'dropped_out', 6, { outcome: 'rejected' }),
      count('screen', 'dropped_out', 1, { outcome: 'withdrawn' }),
    ]);
    expect(screen).toMatchObject({ entered: 22, passed: 7, inStage: 4, parked: 1, movedBack: 4, droppedOut: 7 });
    expect(screen?.byOutcome).toEqual({ rejected: 6, withdrawn: 1 });
  });

  it('compares what entered a stage with what entered the first and the one before, to a tenth of a percent', () => {
    const funnel = funnelOf(stages, [
      count('screen', 'passed', 16),
      count('phone', 'passed', 3),
      count('onsite', 'in_stage', 1),
    ]);
    const percents = funnel.map(({ percentOfFirst, percentOfPrevious }) => [percentOfFirst, percentOfPrevious]);
    expect(percents).toEqual([
      [100, null],
      [18.8, 18.8], // 18.75
      [6.3, 33.3], // 6.25
    ]);
  });

  it('has no percentage of nothing', () =>
    expect(funnelOf(stages, [])).toMatchObject([
      { entered: 0, percentOfFirst: null, percentOfPrevious: null, byOutcome: {} },
      { percentOfFirst: null, percentOfPrevious: null },
      { percentOfFirst: null, percentOfPrevious: null },
    ]));

  it('takes any text for an outcome', () =>
    expect(
      Object.entries(
        funnelOf(stages, [count('screen', 'dropped_out', 2, { outcome: '__proto__' })])[0]?.byOutcome ?? {},
      ),
    ).toEqual([['__proto__', 2]]));
});
