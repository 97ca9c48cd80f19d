import { describe, expect, it } from '@jest/globals';
import {
  ada,
  ann,
  approve,
  atApproval,
  bob,
  cyd,
  dan,
  gateId,
  person,
  sendBack,
} from '../../test/support/approval-story.js';
import { after, command, readyDraft } from '../../test/support/run-story.js';
import type { Deciding } from './run-command.decider.js';

const delegate = (by: Deciding, to: string) => command('delegate_gate', { gateId, to, reason: 'Away' }, { by });
const voted = { gate_id: gateId, stage: 'draft' };

describe('delegating a vote', () => {
  const strict = atApproval({ quorum: 2, no_self_approval: true });

  it('lets another vote in the place of who delegated', () => {
    after(...strict)
      .when(delegate(ann, ' dan '))
      .then({
        type: 'gate.delegated',
        detail: { gate_id: gateId, stage: 'draft', from: 'ann', to: 'dan' },
        reason: 'Away',
      });
    after(...strict, delegate(ann, 'dan'))
      .when(approve(dan))
      .then({
        type: 'gate.vote_recorded',
        detail: { ...voted, vote: 'approve', on_behalf_of: 'ann', approvals: 1, quorum: 2 },
      });
  });

  it('goes to whoever uses the key of that name', () => {
    const phone = { ...person('eve'), keyName: 'phone' };
    after(...strict, delegate(ann, 'phone'))
      .when(approve(phone))
      .thenAmong({ type: 'gate.vote_recorded', detail: { on_behalf_of: 'ann' } });
  });

  it('stays one place: whoever is first takes it', () => {
    after(...strict, delegate(ann, 'dan'), approve(dan))
      .when(approve(ann))
      .thenNothing();
    after(...strict, delegate(ann, 'dan'), approve(ann))
      .when(approve(dan))
      .thenRejects('not-a-decider');
    after(...strict, delegate(ann, 'dan'), approve(dan))
      .when(sendBack(ann))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'send_back' } });
  });

  it('gives nobody a second vote', () => {
    after(...strict, delegate(ann, 'dan'), delegate(bob, 'dan'), approve(dan))
      .when(approve(dan))
      .thenNothing();
    after(...strict, delegate(ann, 'bob'), approve(bob))
      .when(approve(cyd))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'approve' } });
    after(...strict, delegate(ann, 'bob'))
      .when(approve(bob))
      .thenAmong({ type: 'gate.vote_recorded', detail: { on_behalf_of: null } });
    after(...strict, approve(bob))
      .when(delegate(ann, 'bob'))
      .thenRejects('already-voted', { actor_id: 'bob' });
  });

  it('gives nobody a second vote as another kind of actor', () => {
    const danAsFounder: Deciding = { ...dan, actor: { type: 'founder', id: 'dan' } };
    after(...atApproval({ quorum: 2 }), delegate(ann, 'dan'), delegate(bob, 'dan'), approve(dan))
      .when(approve(danAsFounder))
      .thenNothing();
  });

  it('replaces what was delegated before', () => {
    const twice = [delegate(ann, 'dan'), delegate(ann, 'eve')];
    after(...strict, ...twice)
      .when(approve(dan))
      .thenRejects('not-a-decider');
    after(...strict, ...twice)
      .when(delegate(ann, 'eve'))
      .thenNothing();
  });

  it('is no way around self-approval', () => {
    after(...strict)
      .when(delegate(ada, 'dan'))
      .thenRejects('self-approval', { actor_id: 'ada' });
    after(...strict)
      .when(delegate(ann, 'ada'))
      .thenRejects('self-approval', { actor_id: 'ada' });
    after(...strict, delegate(ann, 'laptop'))
      .when(approve({ ...ada, roles: [], keyName: 'laptop' }))
      .thenRejects('self-approval');
  });

  it('is for those who may vote themselves, and have not', () => {
    after(...strict)
      .when(delegate(dan, 'eve'))
      .thenRejects('not-a-decider');
    after(...strict, delegate(ann, 'dan'))
      .when(delegate(dan, 'eve'))
      .thenRejects('not-a-decider');
    after(...strict, approve(ann))
      .when(delegate(ann, 'dan'))
      .thenRejects('already-voted', { vote: 'approve' });
  });

  it.each(['ann', 'tablet', 'approver', 'user'])('is not to %s, who is nobody else', (to) => {
    after(...strict)
      .when(delegate({ ...ann, keyName: 'tablet' }, to))
      .thenRejects('invalid-input', { errors: [expect.objectContaining({ pointer: '/to' })] });
  });

  it('is for approvals only, while they are open', () => {
    after(...readyDraft, command('complete_stage', { stage: 'draft' }))
      .when(delegate(ann, 'dan'))
      .thenRejects('not-an-approval');
    after(...atApproval(), approve(ann))
      .when(delegate(bob, 'dan'))
      .thenRejects('gate-already-decided', { decision: 'approve' });
    after(...atApproval())
      .when(command('delegate_gate', { gateId: 'fresh-4', to: 'dan', reason: 'Away' }, { by: ann }))
      .thenRejects('gate-not-found');
    after(...atApproval())
      .when(command('delegate_gate', { gateId, to: 'dan', reason: ' ' }, { by: ann }))
      .thenRejects('reason-required');
  });
});
