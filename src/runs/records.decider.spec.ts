import { describe, it } from '@jest/globals';
import { after, atBuild, atDraftGate, command, start } from '../../test/support/run-story.js';

const legal = { stage: 'build', type: 'legal', message: 'No licence' };
const raise = command('raise_risk', legal);
const dismiss = command('dismiss_risk', { stage: 'build', riskId: 'fresh-2', reason: 'Bought one' });

describe('raising a risk', () => {
  it('puts it on any unlocked stage', () => {
    after(start())
      .when(command('raise_risk', legal, { freshId: 'risk-1' }))
      .then({
        type: 'risk.raised',
        detail: { stage: 'build', risk_id: 'risk-1', type: 'legal', message: 'No licence' },
      });
  });

  it('ignores the same open risk, and takes it again once dismissed', () => {
    after(start(), raise).when(raise).thenNothing();
    after(start(), raise, dismiss).when(raise).thenTypes('risk.raised');
  });

  it('takes fifty on a stage, dismissed ones included', () => {
    const fifty = Array.from({ length: 50 }, (_, index) =>
      command('raise_risk', { ...legal, message: `No ${String(index)}` }),
    );
    after(start(), ...fifty)
      .when(raise)
      .thenRejects('limit-reached', { limit: 50 });
    after(start(), ...fifty)
      .when(command('raise_risk', { ...legal, stage: 'draft' }))
      .thenTypes('risk.raised');
  });

  it('refuses a locked stage', () => {
    after(start())
      .when(command('raise_risk', { ...legal, stage: 'vault' }))
      .thenRejects('stage-locked');
  });
});

describe('dismissing a risk', () => {
  it('says why', () => {
    after(start(), raise)
      .when(dismiss)
      .then({ type: 'risk.dismissed', detail: { stage: 'build', risk_id: 'fresh-2' }, reason: 'Bought one' });
  });

  it('ignores one that is dismissed', () => {
    after(start(), raise, dismiss).when(dismiss).thenNothing();
  });

  it('needs a reason', () => {
    after(start(), raise)
      .when(command('dismiss_risk', { ...dismiss.data, reason: ' ' }))
      .thenRejects('reason-required');
  });

  it('refuses a risk of no stage or of another', () => {
    after(start()).when(dismiss).thenRejects('risk-not-found');
    after(start(), raise)
      .when(command('dismiss_risk', { ...dismiss.data, stage: 'draft' }))
      .thenRejects('risk-not-found');
  });
});

describe('suggesting a focus', () => {
  const suggest = command('suggest_focus', { stage: 'ship', focus: ['pricing', 'tone'] });

  it('replaces what was suggested for any unlocked stage', () => {
    after(start())
      .when(suggest)
      .then({ type: 'focus.suggested', detail: { stage: 'ship', focus: ['pricing', 'tone'] } });
  });

  it('ignores the same suggestion again', () => {
    after(start(), suggest).when(suggest).thenNothing();
  });
});

describe('recording a result', () => {
  const pass = command('record_result', { stage: 'draft', outcome: 'pass', score: 8.5 });

  it('belongs to the current stage, also while its gate is open', () => {
    after(...atDraftGate)
      .when(pass)
      .then({
        type: 'stage.result_recorded',
        detail: { stage: 'draft', outcome: 'pass', score: 8.5, feedback: null, data: null },
      });
    after(...atBuild)
      .when(pass)
      .thenRejects('illegal-transition', { current_stage: 'build' });
  });

  it('ignores the same result again', () => {
    after(start(), pass).when(pass).thenNothing();
  });
});

describe('recording facts', () => {
  const facts = command('record_facts', { facts: { seats: 12, plan: { tier: 'b' } }, trigger: 'onboarding_saved' });

  it('names its trigger', () => {
    after(start())
      .when(facts)
      .then({
        type: 'facts.recorded',
        detail: { facts: { seats: 12, plan: { tier: 'b' } }, trigger: 'onboarding_saved' },
      });
  });

  it('ignores facts that are known, whatever else is', () => {
    const more = command('record_facts', { facts: { colour: 'red' }, trigger: 'chat' });
    after(start(), facts, more).when(facts).thenNothing();
    after(start(), facts)
      .when(command('record_facts', { facts: { seats: 13 }, trigger: 'onboarding_saved' }))
      .thenTypes('facts.recorded');
  });

  it('knows no fact that was not recorded', () => {
    after(start())
      .when(command('record_facts', { facts: { constructor: null }, trigger: 'chat' }))
      .thenTypes('facts.recorded');
  });

  it('takes 65,536 characters in all', () => {
    const half = command('record_facts', { facts: { essay: 'x'.repeat(40_000) }, trigger: 'essay_written' });
    const other = command('record_facts', { facts: { more: 'y'.repeat(40_000) }, trigger: 'essay_written' });
    after(start(), half).when(other).thenRejects('limit-reached', { limit: 65_536 });
    const replaced = command('record_facts', { facts: { essay: 'y'.repeat(40_000) }, trigger: 'essay_written' });
    after(start(), half).when(replaced).thenTypes('facts.recorded');
  });
});
