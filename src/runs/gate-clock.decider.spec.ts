import { describe, expect, it } from '@jest/globals';
import { ann, approve, atApproval, gateId } from '../../test/support/approval-story.js';
import { after, atDraftGate, command, noPolicy, viewer } from '../../test/support/run-story.js';
import { notPending } from './pending-gate.policy.js';
import type { Deciding } from './run-command.decider.js';

const stage = 'draft';
const hour = atApproval({ expires_after_seconds: 3600, remind_before_seconds: 600 });
const at = (time: string) => `2026-03-01T${time}.000Z`;
const wake = (time: string) => command('wake', {}, { now: at(time), freshId: 'fresh-9' });
const extend = (seconds: number, time: string, by: Deciding = ann) =>
  command('extend_gate', { gateId, seconds, reason: 'Holiday' }, { by, now: at(time) });

describe('a reminder', () => {
  it('comes once, when it is due', () => {
    const reminded = { type: 'gate.reminded', detail: { gate_id: gateId, stage, expires_at: at('13:00:00') } } as const;
    after(...hour)
      .when(wake('12:49:59'))
      .thenNothing();
    after(...hour)
      .when(wake('12:50:00'))
      .then(reminded);
    after(...hour, wake('12:50:00'))
      .when(wake('12:59:00'))
      .thenNothing();
  });

  it('does not come after the expiry that it would warn of', () => {
    after(...hour)
      .when(wake('13:00:00'))
      .thenTypes('gate.expired');
  });

  it('does not come while the run is parked, nor of the gate that was open before', () => {
    const parked = [...hour, command('park', { reason: 'Winter' })];
    after(...parked)
      .when(wake('12:55:00'))
      .thenNothing();
    after(...parked, command('unpark', { reason: 'Spring' }, { now: at('12:55:00') }))
      .when(wake('12:56:00'))
      .thenNothing();
  });

  it('comes at a decision too', () => {
    after(...atDraftGate)
      .when(wake('12:45:00'))
      .thenTypes('gate.reminded');
  });
});

describe('the expiry of an approval', () => {
  it('leaves the run at its stage, where a fresh one is asked for', () => {
    const global = { draft: { require_approval: true } };
    after(...hour, wake('13:00:00'))
      .when(command('complete_stage', { stage }, { policy: { ...noPolicy, global } }))
      .thenAmong({ type: 'gate.opened', detail: { gate_type: 'approval' } });
  });

  it('parks the run where the policy says so', () => {
    after(...atApproval({ expires_after_seconds: 60, on_expiry: 'park' }))
      .when(wake('12:01:00'))
      .thenTypes('gate.expired', 'pipeline_run.parked');
  });

  it('asks others on the same terms, without end, where the policy says so', () => {
    const rule = { expires_after_seconds: 60, on_expiry: 'escalate', escalate_to: ['bea'], quorum: 2 } as const;
    const escalating = atApproval({ ...rule, no_self_approval: true });
    after(...escalating)
      .when(wake('12:01:00'))
      .thenTypes('gate.expired', 'gate.opened');
    after(...escalating)
      .when(wake('12:01:00'))
      .thenAmong({
        type: 'gate.opened',
        detail: {
          gate_type: 'approval',
          decided_by: ['bea'],
          quorum: 2,
          excluded: ['ada'],
          expires_at: null,
          remind_at: null,
          on_expiry: 'remain',
          auto: [],
        },
      });
  });
});

describe('a gate that expired', () => {
  it.each(['remain', 'park', 'escalate'] as const)('tells who comes late what helps, where it was to %s', (expiry) => {
    const rule = { expires_after_seconds: 60, on_expiry: expiry, escalate_to: ['bea'] };
    after(...atApproval(rule), wake('12:01:00'))
      .when(approve(ann))
      .thenRejects('gate-not-pending', { status: 'expired' });
    expect(notPending('expired').message).toBe(
      'The gate is expired. Read the run for where it stands now. Where nobody is asked any more, completing the stage again asks anew.',
    );
  });
});

describe('extending a gate', () => {
  it('gives more time from now, and reminds as long before as it was to', () => {
    after(...hour)
      .when(extend(7200, '12:30:00'))
      .then({
        type: 'gate.extended',
        detail: { gate_id: gateId, stage, expires_at: at('14:30:00'), remind_at: at('14:20:00') },
        reason: 'Holiday',
      });
    after(...hour, extend(7200, '12:30:00'))
      .when(wake('13:30:00'))
      .thenNothing();
  });

  it('reminds anew, once', () => {
    const extended = [...hour, wake('12:50:00'), extend(7200, '12:55:00')];
    after(...extended)
      .when(wake('14:45:00'))
      .thenTypes('gate.reminded');
    after(...extended, wake('14:45:00'))
      .when(wake('14:50:00'))
      .thenNothing();
  });

  it('reminds a quarter of the time before where it was to remind earlier than that', () => {
    const early = atApproval({ expires_after_seconds: 3600, remind_before_seconds: 3000 });
    after(...early)
      .when(extend(1000, '12:59:00'))
      .thenAmong({ type: 'gate.extended', detail: { expires_at: at('13:15:40'), remind_at: at('13:11:30') } });
  });

  it('never takes time away', () => {
    after(...hour)
      .when(extend(1799, '12:30:00'))
      .thenRejects('invalid-input', { errors: [expect.objectContaining({ pointer: '/seconds' })] });
    after(...hour)
      .when(extend(1800, '12:30:00'))
      .thenNothing();
    after(...hour, extend(7200, '12:30:00'))
      .when(extend(7200, '12:30:00'))
      .thenNothing();
  });

  it('is for those who may decide, and admins', () => {
    const strict = atApproval({ expires_after_seconds: 3600, no_self_approval: true });
    const ada = { type: 'founder', id: 'ada' } as const;
    after(...strict)
      .when(extend(7200, '12:30:00', viewer))
      .thenRejects('not-a-decider');
    after(...strict)
      .when(extend(7200, '12:30:00', { actor: ada, roles: ['approver'] }))
      .thenRejects('self-approval');
    after(...strict)
      .when(extend(7200, '12:30:00', { actor: ada, roles: ['admin'] }))
      .thenTypes('gate.extended');
    after(...atDraftGate)
      .when(extend(7200, '12:30:00', viewer))
      .thenRejects('not-a-decider');
  });

  it('needs a gate that is open, has a time limit, and a reason', () => {
    after(...atApproval({}))
      .when(extend(7200, '12:30:00'))
      .thenRejects('gate-never-expires');
    after(...hour)
      .when(extend(7200, '13:00:01'))
      .thenRejects('gate-not-pending', { status: 'expired' });
    after(...hour)
      .when({ ...extend(7200, '12:30:00'), data: { gateId, seconds: 7200, reason: ' ' } })
      .thenRejects('reason-required');
    after(...hour)
      .when({ ...extend(7200, '12:30:00'), data: { gateId: 'fresh-1', seconds: 7200, reason: 'So' } })
      .thenRejects('gate-not-found');
  });
});
