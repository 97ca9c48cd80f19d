import { describe, expect, it } from '@jest/globals';
import {
  after,
  atCheckGate,
  atDraftGate,
  command,
  founder,
  history,
  operator,
  start,
  stateAfter,
  trialStages,
  viewer,
  waitingOn,
} from '../../test/support/run-story.js';
import type { DecideGate, Deciding, RunCommand } from './run-command.decider.js';

const approver: Deciding = { actor: { type: 'user', id: 'apu' }, roles: ['approver'] };
const atGate = { gate_id: 'fresh-5', stage: 'draft' };
const decide = (
  decision: DecideGate['data']['decision'],
  more: Partial<DecideGate['data']> = {},
  by: Deciding = founder,
) => command('decide_gate', { gateId: 'fresh-5', decision, ...more }, { by });
const proceed = decide('proceed');
const waitingAfter = (...commands: readonly RunCommand[]) =>
  waitingOn(stateAfter(history(...commands)), history(...commands));

describe('deciding a gate', () => {
  it('waits for a decision while the gate is open', () => {
    expect(waitingAfter(...atDraftGate)).toBe('gate');
    expect(waitingAfter(...atDraftGate, proceed)).toBeNull();
  });

  it('ignores the same decision sent twice, even after the run ended', () => {
    after(...atDraftGate, proceed)
      .when(proceed)
      .thenNothing();
    const cancelled = command('cancel', { reason: 'Out of money' });
    after(...atDraftGate, proceed, cancelled)
      .when(proceed)
      .thenNothing();
  });

  it('refuses to change a decision', () => {
    after(...atDraftGate, proceed)
      .when(decide('narrow'))
      .thenRejects('gate-already-decided', { decision: 'proceed' });
  });

  it('takes a pivot to the first stage for the same whether the stage was named or not', () => {
    after(...atDraftGate, decide('pivot', { reason: 'Again' }))
      .when(decide('pivot', { reason: 'Again', toStage: 'draft' }))
      .thenNothing();
  });

  it('refuses the same word with another target or scope', () => {
    const scope = { drop_milestones: ['review'] };
    after(...atDraftGate, decide('narrow', { scope }))
      .when(decide('narrow', { scope: { drop_milestones: ['outline'] } }))
      .thenRejects('gate-already-decided', { decision: 'narrow', to_stage: null, scope });
    const atCheck = { gateId: 'fresh-12', reason: 'Again' };
    after(...atCheckGate, decide('pivot', { ...atCheck, toStage: 'build' }, approver))
      .when(decide('pivot', { ...atCheck, toStage: 'draft' }, approver))
      .thenRejects('gate-already-decided', { decision: 'pivot', to_stage: 'build', scope: null });
  });

  it.each([
    ['proceed', { toStage: 'draft' }, '/to_stage'],
    ['narrow', { toStage: 'draft' }, '/to_stage'],
    ['proceed', { scope: { drop_milestones: ['review'] } }, '/scope'],
    ['pivot', { reason: 'Again', scope: {} }, '/scope'],
  ] as const)('refuses what does not go with %s: %j', (decision, more, pointer) => {
    after(...atDraftGate)
      .when(decide(decision, more))
      .thenRejects('invalid-input', { errors: [expect.objectContaining({ pointer })] });
  });

  it('keeps what there was to judge by at that moment, not when the gate opened', () => {
    const risk = command('raise_risk', { stage: 'draft', type: 'market', message: 'Crowded' });
    after(...atDraftGate, risk)
      .when(proceed)
      .thenAmong({
        type: 'gate.decided',
        detail: {
          evidence: expect.objectContaining({
            progress_percent: 75,
            open_risks: [{ id: 'fresh-6', type: 'market', message: 'Crowded', dismissed: false }],
          }),
        },
      });
  });

  it.each(['fresh-6', 'constructor'])('refuses %s, which is no gate of the run', (gateId) => {
    after(...atDraftGate)
      .when(decide('proceed', { gateId }))
      .thenRejects('gate-not-found');
  });

  it('refuses what is no option', () => {
    after(...atCheckGate)
      .when(decide('park', { gateId: 'fresh-12', reason: 'Later' }, approver))
      .thenRejects('option-not-allowed', { options: ['proceed', 'pivot'] });
  });

  it('refuses who may not, naming who may', () => {
    after(...atDraftGate)
      .when(decide('proceed', {}, viewer))
      .thenRejects('not-a-decider', { decided_by: ['founder', 'approver'] });
  });

  it.each([
    ['an actor type', founder],
    ['a role', approver],
    ['the role admin', { actor: { type: 'user', id: 'ann' }, roles: ['admin'] } as const],
  ])('takes the decision of %s', (_what, by) => {
    after(...atDraftGate)
      .when(decide('proceed', {}, by))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'proceed' } });
  });

  it.each([undefined, '', '  '])('refuses %j as the reason where one is required', (reason) => {
    after(...atDraftGate)
      .when(decide('pivot', { reason }))
      .thenRejects('reason-required');
  });
});

describe('a gate that expires', () => {
  const onTime = '2026-03-01T13:00:00.000Z';
  const expire = command('wake', {}, { now: onTime });

  it('leaves the run waiting at its stage', () => {
    after(...atDraftGate)
      .when(expire)
      .then({ type: 'gate.expired', detail: { ...atGate, on_expiry: 'remain' } });
    expect(waitingAfter(...atDraftGate, expire)).toBe('gate');
  });

  it('parks the run where the template says so', () => {
    const stages = trialStages.map((stage) =>
      stage.gate === undefined ? stage : { ...stage, gate: { ...stage.gate, on_expiry: 'park' as const } },
    );
    after(start(stages), ...atDraftGate.slice(1))
      .when(expire)
      .then(
        { type: 'gate.expired', detail: { ...atGate, on_expiry: 'park' } },
        {
          type: 'pipeline_run.parked',
          detail: { stage: 'draft', gate_id: 'fresh-5' },
          reason: 'The gate expired undecided.',
        },
      );
  });

  it('asks others, without end, where the template says so', () => {
    const escalate = command('wake', {}, { now: onTime, freshId: 'gate-2' });
    after(...atCheckGate)
      .when(escalate)
      .thenTypes('gate.expired', 'gate.opened');
    after(...atCheckGate)
      .when(escalate)
      .thenAmong({
        type: 'gate.opened',
        detail: { gate_id: 'gate-2', decided_by: ['operator'], expires_at: null, on_expiry: 'remain' },
      });
    after(...atCheckGate, escalate)
      .when(decide('proceed', { gateId: 'fresh-13' }, operator))
      .thenTypes('gate.decided', 'stage.gated', 'stage.entered', 'stage.started');
  });

  it('is not asked afresh by completing an earlier stage again', () => {
    const stages = trialStages.map((stage) =>
      stage.gate === undefined ? stage : { ...stage, gate: { ...stage.gate, on_expiry: 'remain' as const } },
    );
    const lapsed = command('wake', {}, { now: onTime });
    const atLapsedCheck = [start(stages), ...atCheckGate.slice(1), lapsed];
    after(...atLapsedCheck)
      .when(command('complete_stage', { stage: 'build' }))
      .thenNothing();
    after(...atLapsedCheck)
      .when(command('complete_stage', { stage: 'check' }))
      .thenTypes('gate.opened');
  });

  it('does not expire early, twice, or once decided', () => {
    after(...atDraftGate)
      .when({ ...expire, now: '2026-03-01T12:59:59.999Z' })
      .thenTypes('gate.reminded');
    after(...atDraftGate, expire)
      .when(expire)
      .thenNothing();
    after(...atDraftGate, proceed)
      .when(expire)
      .thenNothing();
  });

  it('takes no decision any more, even before its expiry is on record', () => {
    after(...atDraftGate, expire)
      .when(proceed)
      .thenRejects('gate-not-pending', { status: 'expired' });
    after(...atDraftGate)
      .when({ ...proceed, now: '2026-03-01T13:00:00.001Z' })
      .thenRejects('gate-not-pending', { status: 'expired' });
  });

  it('takes a decision at the last moment', () => {
    after(...atDraftGate)
      .when({ ...proceed, now: onTime })
      .thenAmong({ type: 'gate.decided', detail: { decision: 'proceed' } });
  });
});
