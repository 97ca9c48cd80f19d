import { describe, expect, it } from '@jest/globals';
import {
  ada,
  ann,
  approve,
  asking,
  atApproval,
  bob,
  cyd,
  dan,
  gateId,
  person,
  sendBack,
  vote,
} from '../../test/support/approval-story.js';
import {
  after,
  command,
  history,
  readyDraft,
  start,
  stateAfter,
  trialStages,
  waitingOn,
} from '../../test/support/run-story.js';
import type { Deciding, RunCommand } from './run-command.decider.js';
import { currentStage, type Begun } from './run-state.decider.js';
import type { Evidence } from './run.events.js';

const admin = person('root', 'admin');
const evidence = expect.objectContaining({ progress_percent: 75 }) as unknown as Evidence;
const voted = { gate_id: gateId, stage: 'draft', on_behalf_of: null };

describe('an approval', () => {
  it('opens before the decision of the template, on the terms of the policy', () => {
    const policy = asking({ quorum: 2, expires_after_seconds: 3600 });
    after(...readyDraft)
      .when(command('complete_stage', { stage: 'draft' }, { policy }))
      .thenAmong({
        type: 'gate.opened',
        detail: {
          gate_type: 'approval',
          options: ['approve', 'send_back'],
          decided_by: ['approver'],
          quorum: 2,
          excluded: [],
          remind_at: '2026-03-01T12:45:00.000Z',
        },
      });
    expect(waitingOn(stateAfter(history(...atApproval())), history(...atApproval()))).toBe('approval');
  });

  it('is decided by the vote that its quorum needs, in the same step with what follows', () => {
    after(...atApproval({ quorum: 2 }))
      .when(approve(ann))
      .then({ type: 'gate.vote_recorded', detail: { ...voted, vote: 'approve', approvals: 1, quorum: 2 } });
    after(...atApproval({ quorum: 2 }), approve(ann))
      .when(approve(bob))
      .thenTypes('gate.vote_recorded', 'gate.decided', 'gate.opened');
    after(...atApproval({ quorum: 2 }), approve(ann))
      .when(approve(bob))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'approve', to_stage: null, scope: null, evidence } });
  });

  it('leads on to the next stage where the template decides nothing more', () => {
    const stages = trialStages.map(({ gate: _gate, ...stage }) => stage);
    after(start(stages), ...atApproval().slice(1))
      .when(approve(ann))
      .thenTypes('gate.vote_recorded', 'gate.decided', 'stage.gated', 'stage.entered');
  });

  it('counts a person once, whatever key they use', () => {
    const phone = { ...ann, keyName: 'phone' };
    after(...atApproval({ quorum: 2 }), approve(ann))
      .when(approve(phone))
      .thenNothing();
    after(...atApproval({ quorum: 2 }), approve(ann))
      .when(approve({ ...ann, roles: ['viewer'] }))
      .thenNothing();
  });

  it('counts a person once, as whatever kind of actor', () => {
    const asFounder: Deciding = { ...ann, actor: { type: 'founder', id: 'ann' } };
    after(...atApproval({ quorum: 2 }), approve(ann))
      .when(approve(asFounder))
      .thenNothing();
  });

  it('takes people by role, kind of actor, id or name of their key, and admins', () => {
    const named = atApproval({ approvers: ['founder', 'bob', 'phone', 'operator'] });
    for (const by of [ada, person('bob'), { ...person('eve'), keyName: 'phone' }, dan, admin])
      after(...named)
        .when(approve(by))
        .thenAmong({ type: 'gate.decided', detail: { decision: 'approve' } });
    after(...named)
      .when(approve(ann))
      .thenRejects('not-a-decider', { decided_by: ['founder', 'bob', 'phone', 'operator'] });
  });

  it('takes nobody for a role because they are called so', () => {
    const impostor = { ...person('approver'), keyName: 'approver' };
    after(...atApproval())
      .when(approve(impostor))
      .thenRejects('not-a-decider');
  });

  it.each(['proceed', 'park'] as const)('offers no %s', (decision) => {
    after(...atApproval())
      .when(vote(decision, ann, { reason: 'So' }))
      .thenRejects('option-not-allowed', { options: ['approve', 'send_back'] });
  });
});

describe('sending back', () => {
  it('decides at once, whatever was said before', () => {
    after(...atApproval({ quorum: 3 }), approve(ann))
      .when(sendBack(bob))
      .thenTypes('gate.vote_recorded', 'gate.decided', 'stage.reopened', ...reopenedDraft);
    after(...atApproval({ quorum: 3 }), approve(ann))
      .when(sendBack(bob))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'send_back', send_back: null }, reason: 'Too thin' });
  });

  it.each([undefined, ' '])('needs a reason, which %j is not', (reason) => {
    after(...atApproval())
      .when(vote('send_back', ann, { reason }))
      .thenRejects('reason-required');
  });

  it('takes the note for the reason where there is no other', () => {
    after(...atApproval())
      .when(vote('send_back', ann, { sendBack: { note: 'Again' } }))
      .thenAmong({ type: 'gate.decided', reason: 'Again' });
  });

  it('is still open to whoever approved, while it is not decided', () => {
    after(...atApproval({ quorum: 2 }), approve(ann))
      .when(sendBack(ann))
      .thenAmong({ type: 'gate.vote_recorded', detail: { ...voted, vote: 'send_back', approvals: 1, quorum: 2 } });
  });
});

const reopenedDraft = ['milestone.reopened', 'milestone.reopened', 'criterion.unmet'] as const;

describe('a late vote', () => {
  const approved = [...atApproval(), approve(ann)];

  it('is the same answer where it says what was decided', () => {
    after(...approved)
      .when(approve(bob))
      .thenNothing();
    after(...atApproval(), sendBack(ann))
      .when(sendBack(bob, 'Me too'))
      .thenNothing();
  });

  it('is refused where it says another thing', () => {
    after(...approved)
      .when(sendBack(bob))
      .thenRejects('gate-already-decided', { decision: 'approve' });
    after(...atApproval(), sendBack(ann))
      .when(approve(bob))
      .thenRejects('gate-already-decided', { decision: 'send_back', send_back: null });
    after(...atApproval(), sendBack(ann))
      .when(vote('send_back', bob, { reason: 'Some', sendBack: { milestones: { outline: 'Thin' } } }))
      .thenRejects('gate-already-decided', { decision: 'send_back' });
  });

  it('is refused where nobody decided in time, or the run was parked', () => {
    const expired = command('wake', {}, { now: '2026-03-01T13:00:00.000Z' });
    after(...atApproval({ expires_after_seconds: 3600 }), expired)
      .when(approve(ann))
      .thenRejects('gate-not-pending', { status: 'expired' });
    after(...atApproval(), command('park', { reason: 'Winter' }))
      .when(approve(ann))
      .thenRejects('gate-not-pending', { status: 'superseded' });
  });
});

describe('an approval without self-approval', () => {
  const strict = atApproval({ no_self_approval: true });

  it('excludes who did the work, admins too', () => {
    after(...strict)
      .when(approve(ada))
      .thenRejects('self-approval', { actor_id: 'ada' });
    after(...strict)
      .when(sendBack(ada))
      .thenRejects('self-approval');
    after(...strict)
      .when(approve(ann))
      .thenAmong({ type: 'gate.decided' });
  });

  it('counts what the very command did that opens it', () => {
    const policy = asking({ no_self_approval: true });
    after(...readyDraft.map((each) => ({ ...each, by: dan })))
      .when(command('complete_stage', { stage: 'draft' }, { policy, by: ann }))
      .thenAmong({ type: 'gate.opened', detail: { excluded: ['dan', 'ann'] } });
  });

  it('knows the same of a run from its commands and from its timeline', () => {
    const facts = command('record_facts', { facts: { a: 1 }, trigger: 'told' }, { by: cyd });
    const result = command('record_result', { stage: 'draft', outcome: 'pass' }, { by: bob });
    const state = stateAfter(history(...readyDraft, facts, result)) as Begun;
    expect(currentStage(state).workedBy).toEqual(['ada', 'cyd', 'bob']);
  });

  it('does not count the system, workers, what undoes work, and what follows from a decision', () => {
    const robot: Deciding = { actor: { type: 'worker', id: 'robot' }, roles: ['worker'] };
    const others = [
      command('record_facts', { facts: { a: 1 }, trigger: 'told' }, { by: robot }),
      command('reopen_milestone', { stage: 'draft', milestone: 'outline' }, { by: ann }),
      command('unmeet_criterion', { stage: 'draft', criterion: 'sourced' }, { by: ann }),
    ];
    const state = stateAfter(history(...readyDraft, ...others)) as Begun;
    expect(currentStage(state).workedBy).toEqual(['ada']);
  });

  it('begins anew when the whole stage is sent back, and keeps who did what is kept', () => {
    const workedBy = (...commands: readonly RunCommand[]) =>
      currentStage(stateAfter(history(...strict, ...commands)) as Begun).workedBy;
    expect(workedBy(sendBack(ann))).toEqual([]);
    const part = vote('send_back', ann, { reason: 'Some', sendBack: { milestones: { outline: 'Thin' } } });
    expect(workedBy(part)).toEqual(['ada']);
  });
});
