import { describe, expect, it } from '@jest/globals';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { checkGate } from './gate.policy.js';
import { readDraft } from './template-draft.policy.js';
import type { GateDefinition, StageDefinition } from './template.events.js';
import { warnAbout } from './template-warnings.policy.js';

const stage: StageDefinition = { key: 'only', name: 'Only', milestones: {}, exit_criteria: [] };
const approval: GateDefinition = {
  gate_type: 'approval',
  options: ['approve', 'send_back'],
  decided_by: ['approver', 'bea'],
  quorum: 2,
  no_self_approval: true,
  expires_after_seconds: 3600,
  remind_before_seconds: 600,
  on_expiry: 'escalate',
  escalate_to: ['chair', 'deputy', 'owner'],
};
const decision: GateDefinition = { gate_type: 'decision', options: ['proceed'], decided_by: ['approver'] };

const found = (gate: GateDefinition) =>
  checkGate({ ...stage, gate }, [], '', expressionChecks).map(({ code, path }) => `${code} ${path}`);
const warned = (gate: GateDefinition) =>
  warnAbout({ key: 'trial', name: 'Trial', stages: [{ ...stage, gate }] }, expressionChecks).map(
    ({ code, path }) => `${code} ${path}`,
  );

describe('checking an approval', () => {
  it('finds nothing in a sound one, which may name single people', () => {
    expect(found(approval)).toEqual([]);
    expect(warned(approval)).toEqual([]);
  });

  it('finds what belongs to a decision', () => {
    const auto = [{ when: 'true', decision: 'approve' as const }];
    expect(found({ ...approval, options: ['approve', 'proceed'], auto })).toEqual([
      'wrong-option /options',
      'missing-option /options',
      'rules-at-approval /auto',
    ]);
  });

  it('finds a reminder before it opens', () => {
    expect(found({ ...approval, remind_before_seconds: 3600 })).toEqual(['bad-reminder /remind_before_seconds']);
  });

  it('warns of a quorum that those it names cannot reach', () => {
    expect(warned({ ...approval, decided_by: ['ann', 'bea'], quorum: 3 })).toEqual([
      'quorum-out-of-reach /stages/0/gate/quorum',
    ]);
    expect(warned({ ...approval, decided_by: ['ann', 'approver'], quorum: 3 })).toEqual([]);
  });

  it('warns of a quorum that those it escalates to cannot reach', () => {
    const clocked = { ...approval, quorum: 2, expires_after_seconds: 3600 };
    expect(warned({ ...clocked, on_expiry: 'escalate', escalate_to: ['bea'] })).toEqual([
      'quorum-out-of-reach /stages/0/gate/escalate_to',
    ]);
    expect(warned({ ...clocked, on_expiry: 'escalate', escalate_to: ['bea', 'cyd'] })).toEqual([]);
    expect(warned({ ...clocked, on_expiry: 'remain', escalate_to: ['bea'] })).toEqual([]);
  });
});

describe('checking a decision', () => {
  it('finds what belongs to an approval', () => {
    expect(found({ ...decision, options: ['proceed', 'approve'], quorum: 1, no_self_approval: false })).toEqual([
      'wrong-option /options',
      'only-at-approval /quorum',
      'only-at-approval /no_self_approval',
    ]);
  });

  it('finds people who are no role and no kind of actor, and a reminder of nothing', () => {
    const misspelt = { decided_by: ['aprover'], on_expiry: 'escalate', escalate_to: ['bord'] } as const;
    expect(found({ ...decision, ...misspelt, remind_before_seconds: 60 })).toEqual([
      'wrong-value /decided_by',
      'wrong-value /escalate_to',
      'bad-reminder /remind_before_seconds',
    ]);
  });
});

describe('a draft of a template', () => {
  it('keeps what it says of an approval', () => {
    const { stages } = readDraft({ key: 'trial', name: 'Trial', stages: [{ ...stage, gate: approval }] });
    expect(stages[0]?.gate).toEqual({ ...approval, reason_required_for: [], auto: [] });
  });
});
