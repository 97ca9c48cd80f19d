/** A draft that has to be approved: ada did its work; ann, bob and cyd may vote. */
import type { ApprovalRule, PolicyLayers } from '../../src/gate-policy/contract.js';
import type { DecideGate, Deciding, RunCommand } from '../../src/runs/run-command.decider.js';
import { command, noPolicy, readyDraft } from './run-story.js';

/** Somebody of that id, with a key that has these roles. */
export const person = (id: string, ...roles: readonly string[]): Deciding => ({ actor: { type: 'user', id }, roles });

export const ann = person('ann', 'approver');
export const bob = person('bob', 'approver');
export const cyd = person('cyd', 'approver');
export const dan = person('dan', 'operator');
export const ada: Deciding = { actor: { type: 'founder', id: 'ada' }, roles: ['approver', 'admin'] };

/** The approval at which all of them are. */
export const gateId = 'fresh-5';

export function vote(decision: DecideGate['data']['decision'], by: Deciding, more: Partial<DecideGate['data']> = {}) {
  return command('decide_gate', { gateId, decision, ...more }, { by });
}

export const approve = (by: Deciding) => vote('approve', by);
export const sendBack = (by: Deciding, reason = 'Too thin') => vote('send_back', by, { reason });

/** A policy that has the draft approved on these terms. */
export function asking(rule: ApprovalRule): PolicyLayers {
  return { ...noPolicy, global: { draft: { require_approval: true, ...rule } } };
}

/** To the approval of the draft. */
export function atApproval(rule: ApprovalRule = {}): readonly RunCommand[] {
  return [...readyDraft, command('complete_stage', { stage: 'draft' }, { policy: asking(rule) })];
}

/** To everything that can happen at an approval: reminded, extended, delegated, voted on, sent back. */
export const approvalStory: readonly RunCommand[] = [
  ...readyDraft.slice(0, 1),
  command('record_result', { stage: 'draft', outcome: 'pass' }),
  ...readyDraft.slice(1, 2),
  ...readyDraft.slice(3),
  command(
    'complete_stage',
    { stage: 'draft', override: true, reason: 'Now' },
    { policy: asking({ quorum: 2, expires_after_seconds: 3600 }) },
  ),
  command('wake', {}, { now: '2026-03-01T12:50:00.000Z' }),
  command('extend_gate', { gateId, seconds: 7200, reason: 'Holiday' }, { by: ann }),
  command('delegate_gate', { gateId, to: 'dan', reason: 'Away' }, { by: bob }),
  approve(dan),
  sendBack(cyd),
];
