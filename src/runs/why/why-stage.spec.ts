import { describe, expect, it } from '@jest/globals';
import { agent, graphStage, noonPlus, says, takes, trigger, type Move } from '../../../test/support/graph-story.js';
import { command, history, recorded, start, stateAfter } from '../../../test/support/run-story.js';
import { why, whyOf } from '../../../test/support/why-story.js';
import type { StageDefinition } from '../../templates/contract.js';
import type { Begun } from '../run-state.decider.js';

const draft: StageDefinition = {
  key: 'draft',
  name: 'Draft',
  auto_start: true,
  milestones: {
    outline: { title: 'Outline', weight: 50 },
    review: { title: 'Review', weight: 30 },
    agreed: { title: 'Agreed', weight: 20, completed_by: 'gate:proceed' },
  },
  exit_criteria: [{ key: 'sourced', text: 'Every claim has a source' }],
};
const bare: StageDefinition = { ...draft, milestones: {}, exit_criteria: [] };
const rule = {
  code: 'customer-known',
  when: 'facts.customer == "Acme"',
  reason: 'The customer is not known.',
  action: { code: 'name-customer', message: 'Name the customer.' },
  example: { customer: 'Acme' },
};
const ruled: StageDefinition = { ...bare, contract: [rule, { ...rule, code: 'paid', when: 'facts.paid' }] };

const completes = (milestone: string, at: number): Move =>
  says('complete_milestone', { stage: 'draft', milestone }, at);
const reopens = (milestone: string, at: number): Move => says('reopen_milestone', { stage: 'draft', milestone }, at);
const meets = (at: number): Move => says('meet_criterion', { stage: 'draft', criterion: 'sourced' }, at);
const raises = (message: string, at: number): Move => says('raise_risk', { stage: 'draft', type: 'law', message }, at);
const learns = (facts: Readonly<Record<string, string | boolean>>, at: number): Move =>
  says('record_facts', { facts, trigger: 'call' }, at);
const stagePath = '/pipeline/run-1/stages/draft';

describe('a run in a stage', () => {
  it('waits to have it started', () => {
    expect(why([{ ...draft, auto_start: false }], [], 60)).toEqual({
      waits_for: 'command',
      since: noonPlus(0),
      changes_at: null,
      moving: false,
      summary: 'Stage "Draft" was entered, and nobody has started it. Besides it, 3 other things are open.',
      unblock: [
        {
          action: 'start-stage',
          message: 'Start the stage.',
          method: 'POST',
          path: `${stagePath}/start`,
          who: ['operator'],
        },
      ],
      others: 3,
    });
  });

  it('waits for a milestone, and not for one that a decision completes', () => {
    expect(why([draft], [completes('outline', 5)])).toMatchObject({
      waits_for: 'milestone',
      since: noonPlus(0),
      milestone: { key: 'review', title: 'Review' },
      summary:
        'Stage "Draft" is not ready: Milestone "Review" (review) is not complete. Besides it, one other thing is open.',
      unblock: [{ action: 'complete-milestone', path: `${stagePath}/milestones/review/complete` }],
      others: 1,
    });
  });

  it('waits for a milestone that was reopened since then only, and for one that has been open longer before it', () => {
    const all = [completes('outline', 5), completes('review', 6), meets(7)];
    expect(why([draft], [...all, reopens('outline', 8)])).toMatchObject({
      since: noonPlus(8),
      milestone: { key: 'outline' },
      others: 0,
    });
    const both = [...all, reopens('review', 8), reopens('outline', 9)];
    expect(why([draft], both)).toMatchObject({ since: noonPlus(8), milestone: { key: 'review' }, others: 1 });
  });

  it('waits for an exit criterion, since the stage was entered or it was unmet', () => {
    const done = [completes('outline', 5), completes('review', 6)];
    const open = why([draft], done);
    expect(open).toMatchObject({
      waits_for: 'criterion',
      since: noonPlus(0),
      criterion: { key: 'sourced', text: 'Every claim has a source' },
      unblock: [{ action: 'meet-criterion', path: `${stagePath}/criteria/sourced/meet`, who: ['operator'] }],
      others: 0,
    });
    const unmet = [...done, meets(7), says('unmeet_criterion', { stage: 'draft', criterion: 'sourced' }, 9)];
    expect(why([draft], unmet)).toMatchObject({ waits_for: 'criterion', since: noonPlus(9) });
  });

  it('waits for a risk before all that people have to see to, the one that was raised first', () => {
    const wait = why([draft], [raises('No permit', 3), raises('No land', 4)]);
    expect(wait).toMatchObject({
      waits_for: 'risk',
      since: noonPlus(3),
      risk: { type: 'law', message: 'No permit' },
      unblock: [{ action: 'dismiss-risk', path: `${stagePath}/risks/${String(wait.risk?.id)}/dismiss` }],
      others: 4,
    });
  });

  it('has waited for a risk since it came to the stage, where that was raised before', () => {
    const stages = [bare, { ...bare, key: 'next', name: 'Next' }];
    const early = says('raise_risk', { stage: 'next', type: 'law', message: 'No permit' }, 3);
    expect(why(stages, [early, says('complete_stage', { stage: 'draft' }, 8)])).toMatchObject({
      waits_for: 'risk',
      since: noonPlus(8),
    });
  });

  it('waits for a rule of the contract, and says which, by what it holds and what would satisfy it', () => {
    expect(why([ruled], [learns({ customer: 'Bolt' }, 4)])).toEqual({
      waits_for: 'rule',
      since: noonPlus(0),
      changes_at: null,
      moving: false,
      summary: 'Stage "Draft" is not ready: The customer is not known. Besides it, one other thing is open.',
      unblock: [
        {
          action: 'name-customer',
          message: 'Name the customer.',
          method: 'POST',
          path: '/pipeline/run-1/facts',
          who: ['operator', 'worker'],
        },
      ],
      rule: {
        code: 'customer-known',
        when: 'facts.customer == "Acme"',
        reason: 'The customer is not known.',
        example: { customer: 'Acme' },
      },
      others: 1,
    });
  });

  it('has waited for a rule since the fact that broke it, whatever came after', () => {
    const broken = [
      learns({ customer: 'Acme', paid: true }, 4),
      learns({ customer: 'Bolt' }, 6),
      learns({ colour: 'red' }, 8),
      says('park', { reason: 'Winter.' }, 9),
      says('unpark', { reason: 'Spring.' }, 10),
    ];
    expect(why([ruled], broken)).toMatchObject({ waits_for: 'rule', since: noonPlus(6), others: 0 });
  });

  it('has waited for a rule since it came to the stage, whatever it knew before', () => {
    const stages = [bare, { ...ruled, key: 'next', name: 'Next' }];
    const moves = [learns({ customer: 'Bolt', paid: true }, 4), says('complete_stage', { stage: 'draft' }, 8)];
    expect(why(stages, moves)).toMatchObject({ since: noonPlus(8), rule: { code: 'customer-known' } });
  });

  it('says why a rule could not be evaluated', () => {
    expect(why([ruled], []).summary).toContain('The customer is not known. (');
  });

  it('says no more than it knows where the beginning of its history is missing', () => {
    const events = history(
      start([ruled]),
      ...['red', 'blue'].map((colour) => command('record_facts', { facts: { colour }, trigger: 'chat' })),
    );
    const told = recorded(events).map((event, index) => ({ ...event, occurredAt: noonPlus(index) }));
    const { since } = whyOf(stateAfter(events) as Begun, told.slice(-2), noonPlus(60));
    expect(since).toBe(noonPlus(events.length - 2));
  });

  it.each([
    ['a result', 'result != null', { path: `${stagePath}/result`, who: ['operator'] }],
    ['what somebody else brings', 'size(risks) > 0', { who: [] }],
  ])('is told the way for a rule about %s', (_what, when, remedy) => {
    const [unblock] = why([{ ...bare, contract: [{ ...rule, when }] }], []).unblock;
    expect(unblock).toMatchObject(remedy);
    expect(unblock?.path).toBe('path' in remedy ? remedy.path : undefined);
  });

  it('waits for its work before its rules, which may ask for what the work finds out', () => {
    const stage = graphStage([trigger(), agent('ask')], ['start>ask'], {
      stage: { contract: [{ ...rule, when: 'nodes.ask.output.passed' }] },
    });
    expect(why([stage], [takes(['ask'], 5)])).toMatchObject({ waits_for: 'job', others: 1 });
  });

  it('waits to be completed once it is ready, since the last thing fell into place', () => {
    const ready = [completes('outline', 5), completes('review', 6), meets(7), learns({ colour: 'red' }, 9)];
    expect(why([draft], ready)).toEqual({
      waits_for: 'command',
      since: noonPlus(7),
      changes_at: null,
      moving: false,
      summary: 'Stage "Draft" is ready, and nobody has completed it.',
      unblock: [
        {
          action: 'complete-stage',
          message: 'Complete the stage.',
          method: 'POST',
          path: `${stagePath}/complete`,
          who: ['operator'],
        },
      ],
      others: 0,
    });
  });

  it('says that it goes on by itself where it was narrowed to nothing that is open', () => {
    const gate = { gate_type: 'decision', options: ['proceed', 'narrow'], decided_by: ['founder'] } as const;
    const asked = [start([{ ...bare, advance: 'auto', gate }])];
    const gateId = history(...asked).findLast((event) => event.type === 'gate.opened')?.detail.gate_id ?? '';
    const events = history(...asked, command('decide_gate', { gateId, decision: 'narrow' }));
    expect(whyOf(stateAfter(events) as Begun, recorded(events), noonPlus(60)).summary).toBe(
      'Stage "Draft" is ready, and nobody has completed it. It goes on by itself with the next facts or trigger.',
    );
  });
});
