import { describe, expect, it } from '@jest/globals';
import {
  after,
  atBuild,
  atDraftGate,
  command,
  history,
  readyDraft,
  start,
  stateAfter,
  trialStages,
} from '../../test/support/run-story.js';
import type { RunCommand } from './run-command.decider.js';
import type { Begun } from './run-state.decider.js';

const stage = 'draft';
const byHand = [start(trialStages.map((each) => ({ ...each, auto_start: false })))];

/** A draft in each state; once it is gated, the run stands at the next stage. */
const stories = { created: byHand, in_progress: readyDraft, completed: atDraftGate, gated: atBuild } as const;
type State = keyof typeof stories;

const ofStage: Readonly<Record<string, RunCommand>> = {
  start_stage: command('start_stage', { stage }),
  complete_stage: command('complete_stage', { stage }),
  complete_milestone: command('complete_milestone', { stage, milestone: 'trimmed' }),
  reopen_milestone: command('reopen_milestone', { stage, milestone: 'outline' }),
  meet_criterion: command('meet_criterion', { stage, criterion: 'sourced' }),
  unmeet_criterion: command('unmeet_criterion', { stage, criterion: 'sourced' }),
  record_result: command('record_result', { stage, outcome: 'pass' }),
};

/** What becomes of each command in each state: `ok`, `in effect`, or the state it needs and what would be legal from where the stage is. */
const expected: Readonly<Record<string, Readonly<Record<State, string>>>> = {
  start_stage: {
    created: 'ok',
    in_progress: 'in effect',
    completed: 'in_progress, legal: gated',
    gated: 'in_progress, legal: ',
  },
  complete_stage: {
    created: 'completed, legal: in_progress',
    in_progress: 'ok',
    completed: 'in effect',
    gated: 'completed, legal: ',
  },
  complete_milestone: {
    created: 'in_progress, legal: in_progress',
    in_progress: 'ok',
    completed: 'in_progress, legal: gated',
    gated: 'in_progress, legal: ',
  },
  reopen_milestone: {
    created: 'in_progress, legal: in_progress',
    in_progress: 'ok',
    completed: 'in_progress, legal: gated',
    gated: 'in_progress, legal: ',
  },
  meet_criterion: {
    created: 'in_progress, legal: in_progress',
    in_progress: 'in effect',
    completed: 'in_progress, legal: gated',
    gated: 'in_progress, legal: ',
  },
  unmeet_criterion: {
    created: 'in_progress, legal: in_progress',
    in_progress: 'ok',
    completed: 'in_progress, legal: gated',
    gated: 'in_progress, legal: ',
  },
  record_result: { created: 'ok', in_progress: 'ok', completed: 'ok', gated: 'in_progress, legal: ' },
};

const cells = Object.entries(ofStage).flatMap(([type, each]) =>
  (Object.keys(stories) as State[]).map((state) => ({ type, state, each, answer: expected[type]?.[state] ?? '' })),
);

describe('a command on a stage', () => {
  it.each(cells)('that is $state: $type is $answer', ({ state, each, answer }) => {
    const before = stateAfter(history(...stories[state])) as Begun;
    expect(before.stages[0]?.state).toBe(state);
    const outcome = after(...stories[state]).when(each);
    const [to = '', legal = ''] = answer.split(', legal: ');
    if (answer === 'in effect') outcome.thenNothing();
    else if (answer === 'ok') outcome.thenAmong({ type: expect.any(String) as never });
    else outcome.thenRejects('illegal-transition', { stage, from: state, to, legal: legal === '' ? [] : [legal] });
  });
});
