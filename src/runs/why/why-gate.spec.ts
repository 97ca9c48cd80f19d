import { describe, expect, it } from '@jest/globals';
import { noonPlus, says, type Move } from '../../../test/support/graph-story.js';
import { command, history, noPolicy, recorded, stateAfter, start } from '../../../test/support/run-story.js';
import { why, whyOf } from '../../../test/support/why-story.js';
import type { GateDefinition, StageDefinition } from '../../templates/contract.js';
import type { Begun } from '../run-state.decider.js';
import type { RunEvent } from '../run.events.js';

const gated = (gate: Partial<GateDefinition> = {}): StageDefinition => ({
  key: 'draft',
  name: 'Draft',
  auto_start: true,
  milestones: {},
  exit_criteria: [],
  gate: { gate_type: 'decision', options: ['proceed', 'pivot', 'park'], decided_by: ['founder', 'approver'], ...gate },
});
const approved: Partial<GateDefinition> = {
  gate_type: 'approval',
  options: ['approve', 'send_back'],
  decided_by: ['approver'],
  quorum: 2,
};
const completes = (at: number): Move => says('complete_stage', { stage: 'draft' }, at);

describe('a run at its gate', () => {
  it('waits for those who may decide, and says what there is to decide', () => {
    const told = why([gated({ expires_after_seconds: 600 })], [completes(5)], 60);
    expect(told).toEqual({
      waits_for: 'decision',
      since: noonPlus(5),
      changes_at: noonPlus(605),
      moving: false,
      summary: 'The gate of stage "Draft" waits for founder or approver to decide: proceed, pivot or park.',
      unblock: [
        {
          action: 'decide-gate',
          message: 'Decide proceed, pivot or park.',
          method: 'POST',
          path: `/gates/${String(told.gate?.id)}/decision`,
          who: ['founder', 'approver'],
        },
      ],
      gate: {
        id: told.gate?.id,
        gate_type: 'decision',
        options: ['proceed', 'pivot', 'park'],
        allowed_deciders: ['founder', 'approver'],
        expires_at: noonPlus(605),
        on_expiry: 'remain',
        remind_at: noonPlus(455),
        rule_failure: null,
      },
      others: 0,
    });
  });

  it('says how a rule that was to decide failed', () => {
    const auto = [{ when: 'facts.calls > 40', decision: 'proceed' }] as const;
    const told = why([gated({ decided_by: ['founder', 'system'], auto })], [completes(5)]);
    expect(told.gate?.rule_failure).toEqual({ rule: 1, when: 'facts.calls > 40', message: expect.any(String) });
    expect(told.summary).toContain('Rule 1 failed, so it decides nothing: ');
  });

  it('waits for its expiry to be noticed where its time is up', () => {
    expect(why([gated({ expires_after_seconds: 60, on_expiry: 'park' })], [completes(5)], 70)).toMatchObject({
      waits_for: 'timer',
      since: noonPlus(65),
      moving: true,
      summary: `The gate of stage "Draft" expired at ${noonPlus(65)}; what follows happens at once: park.`,
      timer: { purpose: 'gate_expiry', due_at: noonPlus(65) },
      unblock: [{ action: 'wait' }],
    });
  });

  it('that expired undecided waits to be asked anew', () => {
    expect(why([gated({ expires_after_seconds: 60 })], [completes(5), says('wake', {}, 70)], 90)).toMatchObject({
      waits_for: 'command',
      since: noonPlus(70),
      changes_at: null,
      summary: 'Stage "Draft" is completed; its gate expired undecided, and nobody is asked any more.',
      unblock: [{ action: 'complete-stage', path: '/pipeline/run-1/stages/draft/complete', who: ['operator'] }],
    });
  });

  it('that escalated waits for those it went to', () => {
    const gate = { expires_after_seconds: 60, on_expiry: 'escalate', escalate_to: ['operator'] } as const;
    expect(why([gated(gate)], [completes(5), says('wake', {}, 70)])).toMatchObject({
      waits_for: 'decision',
      since: noonPlus(70),
      gate: { allowed_deciders: ['operator'], expires_at: null },
      unblock: [{ who: ['operator'] }],
    });
  });

  it('that parked it when it expired waits to be unparked, by name of the system', () => {
    const gate = { expires_after_seconds: 60, on_expiry: 'park' } as const;
    expect(why([gated(gate)], [completes(5), says('wake', {}, 70)])).toMatchObject({
      waits_for: 'unpark',
      since: noonPlus(70),
      parked: { reason: 'The gate expired undecided.', gate_id: expect.any(String) },
      others: 0,
    });
  });
});

/** What is told of an approval to which this happened, besides what the rules know of it. */
function approvalAfter(
  ...happened: readonly ((gateId: string) => Pick<RunEvent, 'type' | 'detail' | 'by' | 'reason'>)[]
) {
  const events = history(start([gated(approved)]), command('complete_stage', { stage: 'draft' }));
  const gateId = events.findLast((event) => event.type === 'gate.opened')?.detail.gate_id ?? '';
  const all = [...events, ...happened.map((each) => each(gateId) as RunEvent)];
  const told = recorded(all).map((event, index) => ({ ...event, occurredAt: noonPlus(index) }));
  return whyOf(stateAfter(events) as Begun, told, noonPlus(100));
}

const vote =
  (id: string, approvals: number, onBehalfOf: string | null = null) =>
  (gate_id: string) => ({
    type: 'gate.vote_recorded' as const,
    detail: { stage: 'draft', gate_id, vote: 'approve' as const, on_behalf_of: onBehalfOf, approvals, quorum: 2 },
    by: { type: 'user' as const, id },
    reason: 'It is sound.',
  });

describe('a run that has to be approved', () => {
  it('waits for as many approvals as there have to be', () => {
    expect(why([gated(approved)], [completes(5)])).toMatchObject({
      waits_for: 'approval',
      since: noonPlus(5),
      summary: 'Stage "Draft" waits for 2 of 2 approvals, by approver.',
      gate: { gate_type: 'approval', quorum: 2, missing_approvals: 2, votes: [], excluded: [], delegations: [] },
      unblock: [{ action: 'decide-gate', message: 'Approve it, or send it back with a reason.', who: ['approver'] }],
    });
  });

  it.each([
    [['ann', 'bob'], ['bob']],
    [['ann'], ['admin']],
    [['approver'], ['approver']],
  ])('of %j says who did the work and may not vote, and who is left: %j', (approvers, who) => {
    const rule = { require_approval: true, approvers, no_self_approval: true };
    const by = { actor: { type: 'user', id: 'ann' }, roles: ['operator'] } as const;
    const { gate: _gate, ...bare } = gated();
    const asked = { policy: { ...noPolicy, global: { draft: rule } }, by };
    const events = history(start([bare]), command('advance', {}, asked));
    expect(whyOf(stateAfter(events) as Begun, recorded(events), noonPlus(100))).toMatchObject({
      summary: `Stage "Draft" waits for 1 of 1 approval, by ${approvers.join(' or ')}. Not by ann: nobody approves their own work.`,
      unblock: [{ action: 'decide-gate', who }],
    });
  });

  it('says who has voted, in whose stead, and how many are missing', () => {
    const delegated = (to: string) => (gate_id: string) => ({
      type: 'gate.delegated' as const,
      detail: { stage: 'draft', gate_id, from: 'cy', to },
      reason: 'I am away.',
    });
    expect(approvalAfter(delegated('di'), delegated('bo'), vote('bo', 1, 'cy'))).toMatchObject({
      waits_for: 'approval',
      summary: 'Stage "Draft" waits for 1 of 2 approvals, by approver.',
      gate: {
        quorum: 2,
        missing_approvals: 1,
        votes: [
          {
            vote: 'approve',
            actor_type: 'user',
            actor_id: 'bo',
            on_behalf_of: 'cy',
            reason: 'It is sound.',
            voted_at: expect.any(String),
          },
        ],
        delegations: [{ from: 'cy', to: 'bo', reason: 'I am away.', delegated_at: expect.any(String) }],
      },
    });
  });

  it('leaves out what was voted at another gate', () => {
    const elsewhere = () => vote('bo', 1)('another');
    expect(approvalAfter(elsewhere).gate).toMatchObject({ missing_approvals: 2, votes: [] });
  });

  it.each([
    ['auto', 'It can be completed when that is done, or goes on by itself once something new comes.'],
    [undefined, 'It can be completed when that is done.'],
  ] as const)('says that it was sent back where nothing else keeps it', (advance, advice) => {
    const policy = { ...noPolicy, global: { draft: { require_approval: true } } };
    const approver = { actor: { type: 'user', id: 'ann' }, roles: ['approver'] } as const;
    const { gate: _gate, ...bare } = gated();
    const stage = advance === undefined ? bare : { ...bare, advance };
    const asked = [{ ...start([stage]), policy }, command('advance', {}, { policy })];
    const gateId = history(...asked).findLast((event) => event.type === 'gate.opened')?.detail.gate_id ?? '';
    const reason = 'Too thin';
    const events = history(
      ...asked,
      command('decide_gate', { gateId, decision: 'send_back', reason }, { policy, by: approver }),
    );
    expect(whyOf(stateAfter(events) as Begun, recorded(events), noonPlus(100))).toMatchObject({
      waits_for: 'command',
      summary: `Stage "Draft" was sent back by user ann: Too thin. ${advice}`,
      unblock: [{ action: 'complete-stage' }],
    });
  });

  it('waits for the decision of its template once it is approved', () => {
    const policy = { ...noPolicy, global: { draft: { require_approval: true } } };
    const approver = { actor: { type: 'user', id: 'ann' }, roles: ['approver'] } as const;
    const events = history(
      start([gated()]),
      command('complete_stage', { stage: 'draft' }, { policy }),
      command('decide_gate', { gateId: 'fresh-2', decision: 'approve' }, { policy, by: approver }),
    );
    const told = whyOf(stateAfter(events) as Begun, recorded(events), noonPlus(100));
    expect(told).toMatchObject({ waits_for: 'decision', gate: { id: 'fresh-3', gate_type: 'decision' } });
  });
});
