import { describe, expect, it } from '@jest/globals';
import { type Layer, type PolicyLayers, type PolicyQuestion, resolve as resolveFor } from './resolve.policy.js';

const nothing: PolicyQuestion & PolicyLayers = {
  template: 'delivery',
  stage: '3_build',
  ofTemplate: null,
  global: {},
  project: {},
  requireManualReview: false,
};

function resolve(all: PolicyQuestion & PolicyLayers) {
  return resolveFor(all, all);
}

describe('resolving a policy', () => {
  // Written by hand: which layers speak, what each asks for, and what then holds. T and G ask for approval, P lifts it, M forces it.
  it.each<[template: boolean, global: boolean, project: boolean, manual: boolean, required: boolean, layer: Layer]>([
    [false, false, false, false, false, 'default'],
    [false, false, false, true, true, 'manual_review'],
    [false, false, true, false, false, 'project'],
    [false, false, true, true, true, 'manual_review'],
    [false, true, false, false, true, 'global'],
    [false, true, false, true, true, 'manual_review'],
    [false, true, true, false, false, 'project'],
    [false, true, true, true, true, 'manual_review'],
    [true, false, false, false, true, 'template'],
    [true, false, false, true, true, 'manual_review'],
    [true, false, true, false, false, 'project'],
    [true, false, true, true, true, 'manual_review'],
    [true, true, false, false, true, 'global'],
    [true, true, false, true, true, 'manual_review'],
    [true, true, true, false, false, 'project'],
    [true, true, true, true, true, 'manual_review'],
  ])(
    'with template %s, global %s, project %s, manual review %s: %s by %s',
    (template, global, project, manual, ...then) => {
      const { require_approval: required } = resolve({
        ...nothing,
        ofTemplate: template ? { require_approval: true } : null,
        global: global ? { '*': { require_approval: true } } : {},
        project: project ? { '3_build': { require_approval: false } } : {},
        requireManualReview: manual,
      });
      expect([required.value, required.layer]).toEqual(then);
    },
  );

  // The same for a setting that manual review says nothing about: 2 by the template, 3 by the tenant, 4 by the project.
  it.each<[template: boolean, global: boolean, project: boolean, manual: boolean, quorum: number, layer: Layer]>([
    [false, false, false, false, 1, 'default'],
    [false, false, false, true, 1, 'default'],
    [false, false, true, false, 4, 'project'],
    [false, false, true, true, 4, 'project'],
    [false, true, false, false, 3, 'global'],
    [false, true, false, true, 3, 'global'],
    [false, true, true, false, 4, 'project'],
    [false, true, true, true, 4, 'project'],
    [true, false, false, false, 2, 'template'],
    [true, false, false, true, 2, 'template'],
    [true, false, true, false, 4, 'project'],
    [true, false, true, true, 4, 'project'],
    [true, true, false, false, 3, 'global'],
    [true, true, false, true, 3, 'global'],
    [true, true, true, false, 4, 'project'],
    [true, true, true, true, 4, 'project'],
  ])(
    'with template %s, global %s, project %s, manual review %s: a quorum of %d by %s',
    (template, global, project, manual, ...then) => {
      const { quorum } = resolve({
        ...nothing,
        ofTemplate: template ? { quorum: 2 } : null,
        global: global ? { '*': { quorum: 3 } } : {},
        project: project ? { '*': { quorum: 4 } } : {},
        requireManualReview: manual,
      });
      expect([quorum.value, quorum.layer]).toEqual(then);
    },
  );

  it('takes each field from the closest rule that speaks of it', () => {
    const global = {
      '*': { require_approval: true, quorum: 2, on_expiry: 'park' },
      '3_build': { quorum: 3 },
      'delivery/3_build': { approvers: ['admin'] },
      'hiring/3_build': { quorum: 9 },
      '4_test': { quorum: 8 },
    } as const;
    expect(resolve({ ...nothing, global })).toEqual({
      require_approval: { value: true, layer: 'global', rule: '*' },
      approvers: { value: ['admin'], layer: 'global', rule: 'delivery/3_build' },
      quorum: { value: 3, layer: 'global', rule: '3_build' },
      no_self_approval: { value: false, layer: 'default', rule: null },
      expires_after_seconds: { value: null, layer: 'default', rule: null },
      on_expiry: { value: 'park', layer: 'global', rule: '*' },
      escalate_to: { value: ['admin'], layer: 'default', rule: null },
      remind_before_seconds: { value: null, layer: 'default', rule: null },
    });
  });

  it('lets a wide rule of a higher layer have the word over a close one of a lower layer', () => {
    const { quorum } = resolve({
      ...nothing,
      global: { 'delivery/3_build': { quorum: 5 } },
      project: { '*': { quorum: 2 } },
    });
    expect(quorum).toEqual({ value: 2, layer: 'project', rule: '*' });
  });

  it('does not take what every object has for a rule', () => {
    expect(resolve({ ...nothing, stage: 'constructor' }).quorum.layer).toBe('default');
  });
});
