import { describe, expect, it } from '@jest/globals';
import { atDraftGate, command, history, noPolicy, readyDraft } from '../../../test/support/run-story.js';
import type { PolicyLayers } from '../../gate-policy/contract.js';
import { fold } from '../../kernel/decider.js';
import type { RunCommand } from '../run-command.decider.js';
import { type Begun, evolve } from '../run-state.decider.js';
import { effectAt, noEffects, withRun } from './policy-effects.policy.js';
import { stagePolicies } from './stage-policies.policy.js';

const asking = (rule: object): PolicyLayers => ({
  ...noPolicy,
  global: { draft: { require_approval: true, ...rule } },
});
const runAfter = (...commands: readonly RunCommand[]) =>
  fold(evolve, { status: 'not_started' as const }, history(...commands)) as Begun;
const complete = (policy: PolicyLayers) => command('complete_stage', { stage: 'draft' }, { policy });
const draftOf = (run: Begun, layers: PolicyLayers) => stagePolicies(run, layers)[0];

describe('what the policy says of the stages of a run', () => {
  it('is said of every stage that can be entered, in order', () => {
    const stages = stagePolicies(runAfter(...readyDraft), noPolicy).map(({ stage, state }) => [stage, state]);
    expect(stages).toEqual([
      ['draft', 'in_progress'],
      ['build', 'created'],
      ['check', 'created'],
      ['ship', 'created'],
    ]);
  });

  it('has no word about a gate that is not open', () => {
    expect(draftOf(runAfter(...readyDraft), asking({}))).toMatchObject({ approved: false, open_gate: null });
  });

  it('shows an approval with the terms it opened with, without a note while the policy is as it was', () => {
    const run = runAfter(...readyDraft, complete(asking({ quorum: 2 })));
    const draft = draftOf(run, asking({ quorum: 2 }));
    expect(draft?.open_gate).toEqual({
      gate_id: expect.any(String),
      gate_type: 'approval',
      terms: draft?.policy,
      changed_since: [],
      note: null,
    });
  });

  it('takes another layer that says the same for no change', () => {
    const run = runAfter(...readyDraft, complete(asking({})));
    expect(draftOf(run, { ...noPolicy, requireManualReview: true })?.open_gate).toMatchObject({ changed_since: [] });
  });

  it('names what changed since it opened', () => {
    const run = runAfter(...readyDraft, complete(asking({ quorum: 2, expires_after_seconds: 60 })));
    expect(draftOf(run, noPolicy)?.open_gate).toMatchObject({
      terms: { quorum: { value: 2, layer: 'global', rule: 'draft' } },
      changed_since: ['require_approval', 'quorum', 'expires_after_seconds'],
      note: expect.stringContaining('require_approval, quorum, expires_after_seconds'),
    });
  });

  it('says of a decision that opened before an approval was asked for that it stays', () => {
    const run = runAfter(...atDraftGate);
    expect(draftOf(run, noPolicy)?.open_gate).toMatchObject({ gate_type: 'decision', terms: null, note: null });
    expect(draftOf(run, asking({}))?.open_gate).toMatchObject({
      changed_since: [],
      note: expect.stringContaining('stays as it is'),
    });
  });
});

describe('the effects of a change', () => {
  const run = { template: 'trail', layers: asking({ quorum: 2 }) };
  const draft = { key: 'draft', gate: null };

  it.each([
    ['no_longer_required', noPolicy],
    ['other_terms', asking({ quorum: 3 })],
  ])('on a stage are %s', (effect, change) => {
    expect(effectAt(run, draft, change)).toMatchObject({ stage: 'draft', effect });
  });

  it('on a stage are newly required where nobody had to approve', () => {
    expect(effectAt({ ...run, layers: noPolicy }, draft, { requireManualReview: true })).toMatchObject({
      effect: 'newly_required',
      before: { require_approval: { value: false } },
      after: { require_approval: { value: true, layer: 'manual_review' } },
    });
  });

  it('on a stage are none where the terms are the same, or nobody has to approve before and after', () => {
    expect(effectAt(run, draft, { project: { '*': { quorum: 2 } } })).toBeNull();
    expect(effectAt({ ...run, layers: noPolicy }, draft, { global: { '*': { quorum: 4 } } })).toBeNull();
  });

  it('are counted for all, and listed for the first hundred stages', () => {
    const effect = effectAt(run, draft, noPolicy);
    if (effect === null) throw new Error('It comes to something.');
    const ids = Array.from({ length: 70 }, (_, index) => `run-${String(index)}`);
    const found = ids.reduce((sofar, id) => withRun(sofar, id, [effect, effect]), withRun(noEffects, 'idle', []));
    expect(found).toMatchObject({ open_runs: 71, affected_runs: 70, stages: { no_longer_required: 140 } });
    expect(found.items).toHaveLength(100);
    expect(found.items.at(-1)).toMatchObject({ run_id: 'run-49' });
  });
});
