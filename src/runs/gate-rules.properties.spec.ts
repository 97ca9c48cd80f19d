import { describe, expect, it } from '@jest/globals';
import { begun, holdsForEvery, isRuled } from '../../test/support/run-play.js';
import { runDecider } from '../../test/support/run-story.js';
import type { Begun } from './run-state.decider.js';

/** What the rules of `ruledStages` say, in other words than theirs. */
function verdictOfRules(run: Begun): 'proceed' | 'park' | 'failure' | null {
  const [draft] = run.stages;
  if (draft?.result?.score !== undefined && Number(draft.result.score) >= 30) return 'proceed';
  const { calls } = run.facts;
  if (typeof calls !== 'number') return 'failure';
  return calls > 40 ? 'park' : null;
}

describe('the rules of a gate in any sequence of commands', () => {
  const news = ['gate.opened', 'stage.result_recorded', 'facts.recorded', 'risk.raised', 'risk.dismissed'];

  it('decide at once when there is news and one of them holds', () => {
    holdsForEvery((steps) => {
      for (const { command: asked, events, after } of steps) {
        const run = begun(after);
        if (asked.type === 'unpark' || run.status !== 'running' || run.gate?.stage !== 'draft') continue;
        if (run.gate.gate_type === 'approval') continue; // People decide those.
        if (events.some(({ type }) => news.includes(type))) expect([null, 'failure']).toContain(verdictOfRules(run));
      }
    });
  });

  it('decide by the rule that holds first, as the system, and tell a failure once', () => {
    holdsForEvery((steps, all) => {
      for (const { events, before } of steps.filter((step) => isRuled(step.events))) {
        const led = events.findIndex(({ by }) => by?.id === 'rule');
        const state = events.slice(0, led).reduce(runDecider.evolve, before);
        const found = events[led];
        if (found?.type === 'gate.decided') expect(found.detail.decision).toBe(verdictOfRules(begun(state)));
        else expect([found?.type, verdictOfRules(begun(state))]).toEqual(['gate.rule_failed', 'failure']);
        expect(events.slice(led).every(({ by }) => by?.type === 'system')).toBe(true);
      }
      const failures = all.flatMap((event) =>
        event.type === 'gate.rule_failed' ? [JSON.stringify(event.detail)] : [],
      );
      expect(new Set(failures).size).toBe(failures.length);
    });
  });
});
