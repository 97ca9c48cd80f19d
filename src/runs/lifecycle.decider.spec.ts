import { describe, it } from '@jest/globals';
import { after, atCheckGate, atDraftGate, command, start, trialStages } from '../../test/support/run-story.js';
import type { RunCommand } from './run-command.decider.js';

const park = command('park', { reason: 'Summer' });
const unpark = command('unpark', { reason: 'Autumn' });
const cancel = command('cancel', { reason: 'Out of money' });

const work: readonly RunCommand[] = [
  command('start_stage', { stage: 'draft' }),
  command('complete_stage', { stage: 'draft' }),
  command('complete_milestone', { stage: 'draft', milestone: 'outline' }),
  command('reopen_milestone', { stage: 'draft', milestone: 'outline' }),
  command('meet_criterion', { stage: 'draft', criterion: 'sourced' }),
  command('unmeet_criterion', { stage: 'draft', criterion: 'sourced' }),
  command('raise_risk', { stage: 'draft', type: 'legal', message: 'No licence' }),
  command('dismiss_risk', { stage: 'draft', riskId: 'risk-1', reason: 'Bought one' }),
  command('suggest_focus', { stage: 'draft', focus: ['tone'] }),
  command('record_result', { stage: 'draft', outcome: 'pass' }),
  command('record_facts', { facts: { seats: 12 }, trigger: 'chat' }),
  command('advance', {}),
];

describe('parking a run', () => {
  it('keeps the stage and says why', () => {
    after(start())
      .when(park)
      .then({ type: 'pipeline_run.parked', detail: { stage: 'draft', gate_id: null }, reason: 'Summer' });
  });

  it('supersedes a pending gate', () => {
    after(...atDraftGate)
      .when(park)
      .then(
        { type: 'gate.superseded', detail: { gate_id: 'fresh-5', stage: 'draft' }, reason: 'Summer' },
        { type: 'pipeline_run.parked', detail: { stage: 'draft', gate_id: null }, reason: 'Summer' },
      );
    after(...atDraftGate, park)
      .when(command('decide_gate', { gateId: 'fresh-5', decision: 'proceed' }))
      .thenRejects('gate-not-pending', { status: 'superseded' });
  });

  it('ignores a parked run', () => {
    after(start(), park).when(park).thenNothing();
  });

  it('needs a reason', () => {
    after(start())
      .when(command('park', { reason: ' ' }))
      .thenRejects('reason-required');
  });

  it.each(work)('lets nothing else happen: $type', (each) => {
    after(start(), park).when(each).thenRejects('run-parked');
  });
});

describe('unparking a run', () => {
  it('returns to the same stage and state', () => {
    after(start(), park)
      .when(unpark)
      .then({ type: 'pipeline_run.unparked', detail: { stage: 'draft' }, reason: 'Autumn' });
  });

  it.each([park, command('decide_gate', { gateId: 'fresh-5', decision: 'park', reason: 'Summer' })])(
    'asks afresh at a gate it was parked at: $type',
    (parking) => {
      const unparking = () => after(...atDraftGate, parking).when({ ...unpark, freshId: 'gate-2' });
      unparking().thenTypes('pipeline_run.unparked', 'gate.opened');
      unparking().thenAmong({ type: 'gate.opened', detail: { gate_id: 'gate-2', stage: 'draft' } });
    },
  );

  it('ignores a running run', () => {
    after(start()).when(unpark).thenNothing();
    after(start(), park, unpark).when(unpark).thenNothing();
  });

  it('needs a reason', () => {
    after(start(), park)
      .when(command('unpark', { reason: '' }))
      .thenRejects('reason-required');
  });
});

describe('cancelling a run', () => {
  it('closes it with an outcome', () => {
    after(start())
      .when(cancel)
      .then({ type: 'pipeline_run.cancelled', detail: { outcome: 'cancelled' }, reason: 'Out of money' });
    after(start(), park)
      .when(command('cancel', { reason: 'Out of money', outcome: 'sold' }))
      .then({ type: 'pipeline_run.cancelled', detail: { outcome: 'sold' }, reason: 'Out of money' });
  });

  it('supersedes a pending gate', () => {
    after(...atDraftGate)
      .when(cancel)
      .thenTypes('gate.superseded', 'pipeline_run.cancelled');
  });

  it('ignores a cancelled run', () => {
    after(start(), cancel).when(cancel).thenNothing();
    const rejected = command('cancel', { reason: 'No go', outcome: 'rejected' });
    after(start(), rejected).when(rejected).thenNothing();
    after(start(), rejected).when(cancel).thenNothing();
  });

  it('does not change the outcome of a cancelled run', () => {
    const withdrawn = command('cancel', { reason: 'Another offer', outcome: 'withdrawn' });
    const rejected = command('cancel', { reason: 'No go', outcome: 'rejected' });
    after(start(), withdrawn).when(rejected).thenRejects('run-closed', { status: 'cancelled' });
    after(start(), cancel).when(rejected).thenRejects('run-closed', { status: 'cancelled' });
  });

  it('needs a reason', () => {
    after(start())
      .when(command('cancel', { reason: '' }))
      .thenRejects('reason-required');
  });

  it.each([...work, park, unpark])('lets nothing happen any more: $type', (each) => {
    after(start(), cancel).when(each).thenRejects('run-closed', { status: 'cancelled' });
  });

  it.each([...work, park, unpark, cancel])('refuses a completed run: $type', (each) => {
    const ship = trialStages.filter(({ key }) => key === 'ship');
    after(start(ship), command('advance', {})).when(each).thenRejects('run-closed', { status: 'completed' });
  });
});

describe('resuming a run', () => {
  const resume = command('resume', {});

  it('refuses a run that neither failed nor timed out', () => {
    after(...atCheckGate)
      .when(resume)
      .thenRejects('illegal-transition', {
        from: 'running',
        to: 'running',
        legal: ['parked', 'completed', 'failed', 'timeout', 'cancelled'],
      });
    after(start(), cancel)
      .when(resume)
      .thenRejects('illegal-transition', { from: 'cancelled', to: 'running', legal: [] });
    after(start(), park).when(resume).thenRejects('run-parked');
  });
});
