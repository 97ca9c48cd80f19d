import { describe, expect, it } from '@jest/globals';
import {
  after,
  atCheckGate,
  atDraftGate,
  command,
  founder,
  history,
  start,
  stateAfter,
  trialStages,
} from '../../test/support/run-story.js';
import type { DecideGate, Deciding } from './run-command.decider.js';
import type { Evidence } from './run.events.js';

const approver: Deciding = { actor: { type: 'user', id: 'apu' }, roles: ['approver'] };
/** What the gate showed; the evidence itself has its own tests. */
const evidenceOf = (progress: number) => expect.objectContaining({ progress_percent: progress }) as unknown as Evidence;
const atGate = { gate_id: 'fresh-5', stage: 'draft', evidence: evidenceOf(75) };
const decide = (
  decision: DecideGate['data']['decision'],
  more: Partial<DecideGate['data']> = {},
  by: Deciding = founder,
) => command('decide_gate', { gateId: 'fresh-5', decision, ...more }, { by });

describe('deciding proceed', () => {
  it('completes what is tied to it, passes the gate and enters the next stage', () => {
    after(...atDraftGate)
      .when(decide('proceed', { reason: ' Good ' }))
      .then(
        {
          type: 'gate.decided',
          detail: { ...atGate, decision: 'proceed', to_stage: null, scope: null },
          reason: 'Good',
        },
        {
          type: 'milestone.completed',
          detail: { stage: 'draft', milestone: 'agreed', weight: 20, progress_percent: 95 },
        },
        { type: 'stage.gated', detail: { stage: 'draft', gate_id: 'fresh-5' }, toStage: 'draft' },
        { type: 'stage.entered', detail: { stage: 'build', stage_number: 2 }, fromStage: 'draft', toStage: 'build' },
      );
  });

  it('completes the run after the last unlocked stage', () => {
    const single = trialStages.filter(({ key }) => key === 'check' || key === 'vault');
    after(start(single), command('complete_stage', { stage: 'check' }))
      .when(decide('proceed', { gateId: 'fresh-2' }, approver))
      .thenTypes('gate.decided', 'stage.gated', 'pipeline_run.completed');
  });
});

describe('deciding narrow', () => {
  const narrow = (scope: DecideGate['data']['scope']) => after(...atDraftGate).when(decide('narrow', { scope }));

  it('reopens the stage, drops milestones, shares out their weight and completes what is tied to it', () => {
    const scope = { keep: ['the engine'], drop_milestones: ['review'] };
    narrow(scope).then(
      { type: 'gate.decided', detail: { ...atGate, decision: 'narrow', to_stage: null, scope } },
      { type: 'stage.reopened', detail: { stage: 'draft', progress_percent: 75 }, toStage: 'draft' },
      {
        type: 'milestone.dropped',
        detail: {
          stage: 'draft',
          milestone: 'review',
          weight: 25,
          progress_percent: 67,
          // 50, 5 and 20 of 75, scaled to 100: 66.67, 6.67 and 26.67; two points go to the largest remainders by key.
          weights: { agreed: 27, outline: 67, trimmed: 6 },
        },
      },
      {
        type: 'milestone.completed',
        detail: { stage: 'draft', milestone: 'trimmed', weight: 6, progress_percent: 73 },
      },
    );
  });

  it('does not complete what it drops', () => {
    narrow({ drop_milestones: ['trimmed'] }).thenTypes('gate.decided', 'stage.reopened', 'milestone.dropped');
  });

  it('drops several one by one, each with the weights after it', () => {
    const several = narrow({ drop_milestones: ['review', 'outline', 'review'] });
    several.thenTypes(
      'gate.decided',
      'stage.reopened',
      'milestone.dropped',
      'milestone.dropped',
      'milestone.completed',
    );
    several.thenAmong({
      type: 'milestone.dropped',
      detail: {
        stage: 'draft',
        milestone: 'outline',
        weight: 67,
        progress_percent: 0,
        weights: { agreed: 80, trimmed: 20 },
      },
    });
  });

  it('needs no scope', () => {
    narrow(undefined).thenTypes('gate.decided', 'stage.reopened', 'milestone.completed');
  });

  it('refuses to drop what is unknown, or gone already', () => {
    narrow({ drop_milestones: ['missing'] }).thenRejects('milestone-not-found');
    after(...atDraftGate, decide('narrow', { scope: { drop_milestones: ['review'] } }), command('advance', {}))
      .when(decide('narrow', { gateId: 'fresh-7', scope: { drop_milestones: ['review'] } }))
      .thenRejects('milestone-not-found', { milestones: ['agreed', 'outline', 'trimmed'] });
  });

  it('refuses to drop what belongs to the gate', () => {
    narrow({ drop_milestones: ['agreed'] }).thenRejects('milestone-tied-to-gate');
  });

  it('refuses to drop everything', () => {
    const [draft] = trialStages;
    if (draft?.gate === undefined) throw new Error('The trial begins with a gated stage.');
    const bare = [{ ...draft, milestones: { outline: { title: 'Outline', weight: 1 } }, exit_criteria: [] }];
    const complete = command('complete_milestone', { stage: 'draft', milestone: 'outline' });
    after(start(bare), complete, command('advance', {}))
      .when(decide('narrow', { gateId: 'fresh-3', scope: { drop_milestones: ['outline'] } }))
      .thenRejects('scope-too-narrow');
  });
});

describe('deciding pivot', () => {
  const pivot = (toStage?: string) =>
    decide('pivot', { gateId: 'fresh-12', reason: 'Wrong market', toStage }, approver);

  it('goes back to the first stage and resets it and what follows', () => {
    after(...atCheckGate)
      .when(pivot())
      .then(
        {
          type: 'gate.decided',
          detail: {
            gate_id: 'fresh-12',
            stage: 'check',
            decision: 'pivot',
            to_stage: 'draft',
            scope: null,
            evidence: evidenceOf(100),
          },
          reason: 'Wrong market',
        },
        { type: 'stage.reset', detail: { stage: 'draft' }, toStage: 'draft' },
        { type: 'stage.reset', detail: { stage: 'build' }, toStage: 'build' },
        { type: 'stage.reset', detail: { stage: 'check' }, toStage: 'check' },
        { type: 'stage.entered', detail: { stage: 'draft', stage_number: 1 }, fromStage: 'check', toStage: 'draft' },
        { type: 'stage.started', detail: { stage: 'draft' }, toStage: 'draft' },
      );
  });

  it('goes back to the stage it names and leaves earlier ones alone', () => {
    after(...atCheckGate)
      .when(pivot('build'))
      .thenTypes('gate.decided', 'stage.reset', 'stage.reset', 'stage.entered');
  });

  it('may begin the same stage anew', () => {
    after(...atCheckGate)
      .when(pivot('check'))
      .thenTypes('gate.decided', 'stage.reset', 'stage.entered', 'stage.started');
  });

  it('brings dropped milestones back with their weights; results go, risks stay', () => {
    const narrowed = [
      ...atDraftGate,
      command('raise_risk', { stage: 'draft', type: 'legal', message: 'No licence' }),
      command('record_result', { stage: 'draft', outcome: 'fail' }),
      decide('narrow', { scope: { drop_milestones: ['review'] } }),
      command('dismiss_risk', { stage: 'draft', riskId: 'fresh-6', reason: 'Bought one' }),
      command('advance', {}),
      decide('pivot', { gateId: 'fresh-10', reason: 'Wrong market' }),
    ];
    expect(stateAfter(history(...narrowed))).toMatchObject({
      currentStage: 'draft',
      risks: [{ id: 'fresh-6', dismissed: true }],
      stages: [
        {
          state: 'in_progress',
          weights: { outline: 50, review: 25, trimmed: 5, agreed: 20 },
          completed: [],
          met: [],
          result: null,
        },
        {},
        {},
        {},
        {},
      ],
    });
  });

  it('refuses to go ahead, to a locked or to an unknown stage', () => {
    const legal = ['draft', 'build', 'check'];
    after(...atCheckGate)
      .when(pivot('ship'))
      .thenRejects('illegal-transition', { from: 'check', to: 'ship', legal });
    after(...atCheckGate)
      .when(pivot('vault'))
      .thenRejects('stage-locked');
    after(...atCheckGate)
      .when(pivot('missing'))
      .thenRejects('stage-not-found');
  });
});

describe('deciding park', () => {
  const park = decide('park', { reason: 'Summer' });

  it('parks the run', () => {
    after(...atDraftGate)
      .when(park)
      .then(
        {
          type: 'gate.decided',
          detail: { ...atGate, decision: 'park', to_stage: null, scope: null },
          reason: 'Summer',
        },
        { type: 'pipeline_run.parked', detail: { stage: 'draft', gate_id: 'fresh-5' }, reason: 'Summer' },
      );
  });

  it('is in effect while the run is parked', () => {
    after(...atDraftGate, park)
      .when(park)
      .thenNothing();
  });
});
