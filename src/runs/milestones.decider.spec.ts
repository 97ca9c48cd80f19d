import { describe, it } from '@jest/globals';
import { after, atBuild, atDraftGate, command, start } from '../../test/support/run-story.js';

const outline = { stage: 'draft', milestone: 'outline' };
const sourced = { stage: 'draft', criterion: 'sourced' };

describe('completing a milestone', () => {
  it('says what it weighs and how far the stage has come', () => {
    after(start())
      .when(command('complete_milestone', outline))
      .then({ type: 'milestone.completed', detail: { ...outline, weight: 50, progress_percent: 50 } });
  });

  it('ignores the same milestone again', () => {
    after(start(), command('complete_milestone', outline)).when(command('complete_milestone', outline)).thenNothing();
  });

  it('refuses one that only a decision completes', () => {
    after(start())
      .when(command('complete_milestone', { stage: 'draft', milestone: 'agreed' }))
      .thenRejects('milestone-tied-to-gate');
  });

  it('takes one that a decision could complete too', () => {
    after(start())
      .when(command('complete_milestone', { stage: 'draft', milestone: 'trimmed' }))
      .thenTypes('milestone.completed');
  });

  it.each(['missing', 'constructor', '__proto__'])('refuses %s, which the stage does not have', (milestone) => {
    after(start())
      .when(command('complete_milestone', { stage: 'draft', milestone }))
      .thenRejects('milestone-not-found', { milestones: ['agreed', 'outline', 'review', 'trimmed'] });
  });

  it('needs the stage to be current and in progress', () => {
    const code = { stage: 'build', milestone: 'code' };
    after(start())
      .when(command('complete_milestone', code))
      .thenRejects('illegal-transition', { current_stage: 'draft', from: 'created', to: 'in_progress', legal: [] });
    after(...atBuild)
      .when(command('complete_milestone', code))
      .thenRejects('illegal-transition', { from: 'created', to: 'in_progress', legal: ['in_progress'] });
    after(...atDraftGate)
      .when(command('complete_milestone', outline))
      .thenRejects('illegal-transition', { from: 'completed', to: 'in_progress', legal: ['gated'] });
  });
});

describe('reopening a milestone', () => {
  it('takes its weight back', () => {
    after(start(), command('complete_milestone', outline))
      .when(command('reopen_milestone', outline))
      .then({ type: 'milestone.reopened', detail: { ...outline, weight: 50, progress_percent: 0 } });
  });

  it('ignores one that is open', () => {
    after(start()).when(command('reopen_milestone', outline)).thenNothing();
  });

  it('refuses an unknown one', () => {
    after(start())
      .when(command('reopen_milestone', { stage: 'draft', milestone: 'missing' }))
      .thenRejects('milestone-not-found');
  });
});

describe('judging an exit criterion', () => {
  it('meets it, once', () => {
    after(start()).when(command('meet_criterion', sourced)).then({ type: 'criterion.met', detail: sourced });
    after(start(), command('meet_criterion', sourced)).when(command('meet_criterion', sourced)).thenNothing();
  });

  it('takes it back, once', () => {
    after(start(), command('meet_criterion', sourced))
      .when(command('unmeet_criterion', sourced))
      .then({ type: 'criterion.unmet', detail: sourced });
    after(start()).when(command('unmeet_criterion', sourced)).thenNothing();
  });

  it('refuses an unknown one, naming those there are', () => {
    after(start())
      .when(command('meet_criterion', { stage: 'draft', criterion: 'missing' }))
      .thenRejects('criterion-not-found', { criteria: ['sourced'] });
  });

  it('needs the stage in progress', () => {
    after(...atDraftGate)
      .when(command('unmeet_criterion', sourced))
      .thenRejects('illegal-transition', { from: 'completed', to: 'in_progress', legal: ['gated'] });
  });
});
