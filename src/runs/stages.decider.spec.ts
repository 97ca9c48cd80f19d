import { describe, expect, it } from '@jest/globals';
import { given } from '../../test/support/given.js';
import {
  after,
  atBuild,
  atCheckGate,
  atDraftGate,
  command,
  founder,
  history,
  operator,
  readyDraft,
  start,
  trialStages,
  viewer,
  runDecider,
} from '../../test/support/run-story.js';

describe('starting a run', () => {
  it('pins the definitions, enters the first stage and starts it', () => {
    given(runDecider)
      .when(start())
      .then(
        {
          type: 'pipeline_run.started',
          detail: {
            template: { key: 'trial', version: 3, content_hash: 'c0ffee', name: 'Trial' },
            subject: { type: 'project', project_id: 'project-1' },
            input: { idea: 'boats' },
            stages: trialStages,
          },
        },
        { type: 'stage.entered', detail: { stage: 'draft', stage_number: 1 }, toStage: 'draft' },
        { type: 'stage.started', detail: { stage: 'draft' }, toStage: 'draft' },
      );
  });

  it('enters the first unlocked stage and waits where it does not start by itself', () => {
    const stages = trialStages.filter(({ key }) => key === 'vault' || key === 'build').toReversed();
    given(runDecider).when(start(stages)).thenTypes('pipeline_run.started', 'stage.entered');
    given(runDecider)
      .when(start(stages))
      .thenAmong({ type: 'stage.entered', detail: { stage: 'build', stage_number: 2 } });
  });

  it('ignores the same start again and refuses another', () => {
    after(start()).when(start()).thenNothing();
    const other = command('start_run', { ...start().data, subject: { type: 'none' } } as never);
    after(start()).when(other).thenRejects('run-already-open');
  });

  it('refuses a template with nothing to enter', () => {
    given(runDecider)
      .when(start(trialStages.filter(({ locked }) => locked)))
      .thenRejects('stage-locked');
  });

  it('comes before everything else', () => {
    given(runDecider).when(command('advance', {})).thenRejects('run-not-found');
  });
});

describe('starting a stage', () => {
  it('puts the current stage in progress', () => {
    after(...atBuild)
      .when(command('start_stage', { stage: 'build' }))
      .then({ type: 'stage.started', detail: { stage: 'build' }, toStage: 'build' });
  });

  it('ignores a stage in progress', () => {
    after(start())
      .when(command('start_stage', { stage: 'draft' }))
      .thenNothing();
  });

  it('refuses a stage that is completed', () => {
    after(...atDraftGate)
      .when(command('start_stage', { stage: 'draft' }))
      .thenRejects('illegal-transition', { from: 'completed', to: 'in_progress', legal: ['gated'] });
  });

  it('refuses any stage but the current one', () => {
    after(start())
      .when(command('start_stage', { stage: 'build' }))
      .thenRejects('illegal-transition', { current_stage: 'draft', from: 'created', to: 'in_progress', legal: [] });
  });

  it('refuses a locked and an unknown stage', () => {
    after(start())
      .when(command('start_stage', { stage: 'vault' }))
      .thenRejects('stage-locked');
    after(start())
      .when(command('start_stage', { stage: 'constructor' }))
      .thenRejects('stage-not-found', { stages: ['draft', 'build', 'vault', 'check', 'ship'] });
  });
});

describe('completing a stage', () => {
  it('opens its gate with what there is to judge by', () => {
    after(...readyDraft)
      .when(command('complete_stage', { stage: 'draft' }, { freshId: 'gate-1' }))
      .then(
        {
          type: 'stage.completed',
          detail: { stage: 'draft', progress_percent: 75, override: null, trigger: null },
          toStage: 'draft',
        },
        {
          type: 'gate.opened',
          detail: {
            gate_id: 'gate-1',
            stage: 'draft',
            stage_number: 1,
            gate_type: 'decision',
            options: ['proceed', 'narrow', 'pivot', 'park'],
            decided_by: ['founder', 'approver'],
            reason_required_for: ['pivot', 'park'],
            auto: [],
            expires_at: '2026-03-01T13:00:00.000Z',
            remind_at: '2026-03-01T12:45:00.000Z',
            on_expiry: 'remain',
            evidence: {
              milestones: {
                outline: { title: 'Outline', weight: 50, completed: true },
                review: { title: 'Review', weight: 25, completed: true },
                trimmed: { title: 'Trimmed', weight: 5, completed: false },
                agreed: { title: 'Agreed', weight: 20, completed: false },
              },
              progress_percent: 75,
              exit_criteria: [{ key: 'sourced', text: 'Every claim has a source', met: true }],
              open_risks: [],
              result: null,
              readiness: { ready: true, blocked_reasons: [], required_actions: [], override: null },
            },
          },
        },
      );
  });

  it('leaves a stage without a gate at once', () => {
    const built = history(...atCheckGate.slice(0, -2));
    given(runDecider, built)
      .when(command('complete_stage', { stage: 'build' }))
      .then(
        {
          type: 'stage.completed',
          detail: { stage: 'build', progress_percent: 100, override: null, trigger: null },
          toStage: 'build',
        },
        {
          type: 'stage.entered',
          detail: { stage: 'check', stage_number: 4 },
          fromStage: 'build',
          toStage: 'check',
        },
        { type: 'stage.started', detail: { stage: 'check' }, toStage: 'check' },
      );
  });

  it('completes the run after the last unlocked stage', () => {
    const approver = { actor: { type: 'user', id: 'apu' }, roles: ['approver'] } as const;
    const shipping = [
      ...atCheckGate,
      command('decide_gate', { gateId: 'fresh-12', decision: 'proceed' }, { by: approver }),
    ];
    after(...shipping)
      .when(command('complete_stage', { stage: 'ship' }))
      .then(
        {
          type: 'stage.completed',
          detail: { stage: 'ship', progress_percent: 100, override: null, trigger: null },
          toStage: 'ship',
        },
        { type: 'pipeline_run.completed', detail: { outcome: 'completed' } },
      );
  });

  it('ignores a stage completed already, at its gate or left behind', () => {
    after(...atDraftGate)
      .when(command('complete_stage', { stage: 'draft' }))
      .thenNothing();
    after(...atCheckGate)
      .when(command('complete_stage', { stage: 'build' }))
      .thenNothing();
  });

  it('refuses a stage that is not started, or whose gate was passed', () => {
    after(...atBuild)
      .when(command('complete_stage', { stage: 'build' }))
      .thenRejects('illegal-transition', { from: 'created', to: 'completed', legal: ['in_progress'] });
    after(...atBuild)
      .when(command('complete_stage', { stage: 'draft' }))
      .thenRejects('illegal-transition', { from: 'gated', to: 'completed', legal: [] });
  });

  it('refuses a stage that is not ready, with reasons and actions', () => {
    after(...readyDraft.slice(0, -1))
      .when(command('complete_stage', { stage: 'draft' }))
      .thenRejects('stage-not-ready', {
        blocked_reasons: [
          { code: 'criterion-unmet', message: 'Exit criterion "Every claim has a source" (sourced) is not met.' },
        ],
        required_actions: [
          { code: 'meet-criterion', message: 'Meet exit criterion "Every claim has a source" (sourced).' },
        ],
      });
  });
});

describe('overriding readiness', () => {
  const unready = readyDraft.slice(0, -1);
  const override = { stage: 'draft', override: true, reason: ' Sources follow ' };

  it.each([
    ['a founder', founder],
    ['an approver', { actor: operator.actor, roles: ['approver'] }],
  ])('is for %s, and puts the reason and what was unmet on record', (_who, by) => {
    const unmet = [
      { code: 'criterion-unmet', message: 'Exit criterion "Every claim has a source" (sourced) is not met.' },
    ];
    const recorded = { reason: 'Sources follow', unmet };
    const completing = () => after(...unready).when(command('complete_stage', override, { by }));
    completing().thenTypes('stage.completed', 'gate.opened');
    completing().thenAmong({
      type: 'stage.completed',
      detail: { stage: 'draft', progress_percent: 75, override: recorded, trigger: null },
      reason: 'Sources follow',
    });
    completing().thenAmong({
      type: 'gate.opened',
      detail: {
        evidence: expect.objectContaining({
          readiness: expect.objectContaining({ ready: false, blocked_reasons: unmet, override: recorded }),
        }),
      },
    });
  });

  it.each([viewer, operator])('is refused to others', (by) => {
    after(...unready)
      .when(command('complete_stage', override, { by }))
      .thenRejects('forbidden', { allowed: ['approver', 'admin', 'founder'] });
  });

  it.each([undefined, '', ' \n'])('needs a reason, not %j', (reason) => {
    after(...unready)
      .when(command('complete_stage', { ...override, reason }))
      .thenRejects('reason-required');
  });

  it('is no override of a stage that is ready', () => {
    after(...readyDraft)
      .when(command('complete_stage', override, { by: viewer }))
      .thenAmong({ type: 'stage.completed', detail: { override: null } });
  });
});

describe('advancing', () => {
  it('completes a stage that is ready and names its trigger', () => {
    after(...readyDraft)
      .when(command('advance', { trigger: 'artifact_upload' }))
      .thenAmong({ type: 'stage.completed', detail: { trigger: 'artifact_upload' } });
    after(...readyDraft)
      .when(command('advance', {}))
      .thenAmong({ type: 'stage.completed', detail: { trigger: 'manual_advance' } });
  });

  it('refuses a stage that is not ready', () => {
    after(start()).when(command('advance', {})).thenRejects('stage-not-ready');
  });

  it('has nothing to do before a stage is started or while its gate is open', () => {
    after(...atBuild)
      .when(command('advance', {}))
      .thenNothing();
    after(...atDraftGate)
      .when(command('advance', {}))
      .thenNothing();
  });

  it.each([command('advance', {}), command('complete_stage', { stage: 'draft' })])(
    'asks afresh after a gate lapsed: $type',
    (again) => {
      const lapsed = command('wake', {}, { now: '2026-03-01T13:00:00.000Z' });
      after(...atDraftGate, lapsed)
        .when({ ...again, now: '2026-03-02T00:00:00.000Z', freshId: 'gate-2' })
        .thenAmong({
          type: 'gate.opened',
          detail: { gate_id: 'gate-2', expires_at: '2026-03-02T01:00:00.000Z', decided_by: ['founder', 'approver'] },
        });
    },
  );
});
