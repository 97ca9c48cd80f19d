import { describe, expect, it } from '@jest/globals';
import { atDraftGate, founder, history, noon, noPolicy, stateAfter, runDecider } from '../../test/support/run-story.js';
import { actionsFor } from './actions.policy.js';
import { callableWith } from './call-roles.policy.js';

const allowedWith = (...roles: readonly string[]) => {
  const actions = actionsFor(runDecider, 'run-1', stateAfter(history(...atDraftGate)), founder, {
    now: noon,
    policy: noPolicy,
  });
  return new Set(
    callableWith(roles, actions)
      .filter(({ allowed }) => allowed)
      .map(({ action }) => action),
  );
};

describe('the actions a key may call', () => {
  it('are none for a key that only reads', () => {
    expect(allowedWith('viewer', 'auditor')).toEqual(new Set());
  });

  it('are the decisions for an approver, and facts for a worker', () => {
    expect(allowedWith('approver')).toEqual(new Set(['decide_gate', 'extend_gate']));
    expect(allowedWith('worker')).toEqual(new Set(['record_facts']));
  });

  it('are all that the rules allow for an operator and an admin', () => {
    expect(allowedWith('operator')).toEqual(allowedWith('admin'));
    expect(allowedWith('operator')).toContain('cancel');
  });

  it('say which roles the others take', () => {
    const [refused] = callableWith(
      ['viewer'],
      actionsFor(runDecider, 'run-1', stateAfter(history(...atDraftGate)), founder, { now: noon, policy: noPolicy }),
    );
    expect(refused?.refusal).toEqual({
      code: 'forbidden',
      message: 'This takes a key with one of these roles: admin, operator.',
    });
  });
});
