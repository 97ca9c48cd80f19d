import { describe, expect, it } from '@jest/globals';
import { costlyRuns, playCostly } from '../../test/support/costly-runs.js';
import { STEPS_A_COMMAND } from '../kernel/expression.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { checkTemplate } from '../templates/template.policy.js';

describe('a command on the costliest templates', () => {
  it.each(Object.entries(costlyRuns))(
    'takes so many steps and no more, and the run comes to its end: %s',
    (_name, of) => {
      const run = of(5);
      expect(checkTemplate({ key: 'costly', name: 'Costly', stages: run.stages }, expressionChecks)).toEqual([]);
      const { steps, state } = playCostly(run);
      expect(Math.max(...steps)).toBeLessThanOrEqual(STEPS_A_COMMAND);
      expect(state.status === 'running' && state.gate === null).toBe(false);
    },
  );

  it('begins few nodes, however many stages it goes through', () => {
    const nothing = { stages: [], input: {} };
    const { perCommand } = playCostly(costlyRuns['plain nodes in stages that go on by themselves']?.(2) ?? nothing);
    expect(perCommand.length).toBeGreaterThan(8);
    expect(Math.max(...perCommand)).toBeLessThan(1500);
  });
});
