import { describe, expect, it } from '@jest/globals';
import { atDraftGate, command, history, recorded, start, trialStages } from '../../../test/support/run-story.js';
import { project, type Rows } from '../../kernel/projection.js';
import type { RunCommand } from '../run-command.decider.js';
import { stageConfigs, type StageConfigRow } from './stage-config.projection.js';

function rowsAfter(...commands: readonly RunCommand[]): Rows<StageConfigRow> {
  return project(stageConfigs, new Map(), recorded(history(...commands)));
}

const draftAfter = (...commands: readonly RunCommand[]) => rowsAfter(...commands).get('run-1/draft');
const [draft] = trialStages;

describe('the stage_configs read model', () => {
  it('has every stage from the start, locked ones too', () => {
    const rows = [...rowsAfter(start())].map(([key, { number, locked, gated }]) => [key, number, locked, gated]);
    expect(rows).toEqual([
      ['run-1/draft', 1, false, true],
      ['run-1/build', 2, false, false],
      ['run-1/vault', 3, true, false],
      ['run-1/check', 4, false, true],
      ['run-1/ship', 5, false, false],
    ]);
  });

  it('shows a stage as it is worked on', () => {
    const risk = command('raise_risk', { stage: 'draft', type: 'legal', message: 'No licence' });
    const worked = [
      start(),
      risk,
      command('complete_milestone', { stage: 'draft', milestone: 'outline' }),
      command('meet_criterion', { stage: 'draft', criterion: 'sourced' }),
      command('suggest_focus', { stage: 'draft', focus: ['tone'] }),
      command('record_result', { stage: 'draft', outcome: 'pass', score: 8 }),
      command('dismiss_risk', { stage: 'draft', riskId: 'fresh-2', reason: 'Bought one' }),
    ];
    expect(draftAfter(...worked)).toEqual({
      runId: 'run-1',
      tenantId: 'tenant-1',
      streamVersion: 9,
      key: 'draft',
      number: 1,
      name: 'Draft',
      state: 'in_progress',
      locked: false,
      milestones: {
        outline: { weight: 50, completed: true, template: { title: 'Outline', weight: 50 } },
        review: { weight: 25, completed: false, template: { title: 'Review', weight: 25 } },
        trimmed: {
          weight: 5,
          completed: false,
          template: { title: 'Trimmed', weight: 5, also_completed_by: 'gate:narrow' },
        },
        agreed: {
          weight: 20,
          completed: false,
          template: { title: 'Agreed', weight: 20, completed_by: 'gate:proceed' },
        },
      },
      definition: draft,
      progressPercent: 50,
      exitCriteria: [{ key: 'sourced', text: 'Every claim has a source', met: true }],
      blockingRisks: [{ id: 'fresh-2', type: 'legal', message: 'No licence', dismissed: true }],
      suggestedFocus: ['tone'],
      result: { outcome: 'pass', score: 8, feedback: null, data: null },
      gated: true,
      enteredAt: 'occurred-2',
      completedAt: null,
    });
  });

  it('loses dropped milestones on narrow and has them back, untouched, on pivot', () => {
    const narrow = [
      ...atDraftGate,
      command('decide_gate', { gateId: 'fresh-5', decision: 'narrow', scope: { drop_milestones: ['review'] } }),
    ];
    const narrowed = draftAfter(...narrow);
    expect(narrowed).toMatchObject({ state: 'in_progress', progressPercent: 73, completedAt: null });
    expect(Object.entries(narrowed?.milestones ?? {}).map(([key, { weight }]) => [key, weight])).toEqual([
      ['outline', 67],
      ['trimmed', 6],
      ['agreed', 27],
    ]);
    const pivot = command('decide_gate', { gateId: 'fresh-7', decision: 'pivot', reason: 'Wrong market' });
    const pivoted = draftAfter(...narrow, command('advance', {}), pivot);
    expect(pivoted).toMatchObject({ state: 'in_progress', progressPercent: 0, result: null });
    expect(pivoted?.exitCriteria).toEqual([{ key: 'sourced', text: 'Every claim has a source', met: false }]);
    expect(
      Object.entries(pivoted?.milestones ?? {}).map(([key, { weight, completed }]) => [key, weight, completed]),
    ).toEqual([
      ['outline', 50, false],
      ['review', 25, false],
      ['trimmed', 5, false],
      ['agreed', 20, false],
    ]);
  });

  it('leaves the rows of other stages the same objects', () => {
    const rows = rowsAfter(start());
    const [event] = recorded(
      history(start(), command('meet_criterion', { stage: 'draft', criterion: 'sourced' })),
    ).slice(-1);
    if (event === undefined) throw new Error('The criterion was met.');
    const next = project(stageConfigs, rows, [event]);
    expect(next.get('run-1/build')).toBe(rows.get('run-1/build'));
    expect(next.get('run-1/draft')).not.toBe(rows.get('run-1/draft'));
  });
});
