import { describe, expect, it } from '@jest/globals';
import {
  agent,
  begin,
  cancels,
  completes,
  delay,
  emit,
  graphStage,
  noop,
  playOn,
  says,
  played,
  takes,
  trigger,
  wakes,
  type Move,
} from '../../test/support/graph-story.js';
import { command, history, readyDraft } from '../../test/support/run-story.js';
import type { StageDefinition } from '../templates/contract.js';
import { causesOf } from './causes.policy.js';
import type { RunEvent } from './run.events.js';

/** Each event of a command as its type and subject, with that of its cause. */
function told(events: readonly RunEvent[]): readonly string[] {
  const name = ({ type, detail }: RunEvent) =>
    'node' in detail && detail.node !== null ? `${detail.node} ${type.split('.')[1] ?? ''}` : type;
  return causesOf(events).map((cause, place) => {
    const led = cause === null ? 'command' : nameAt(cause);
    return `${nameAt(place)} < ${led}`;
  });

  function nameAt(place: number): string {
    const event = events[place];
    return event === undefined ? 'nothing' : name(event);
  }
}

const stage = graphStage(
  [trigger(), agent('a'), agent('b'), noop('left'), emit('right', { told: 'true' }), noop('join')],
  ['start>a', 'start>b', 'a>left', 'a>right', 'left>join', 'right>join', 'b>join'],
);

function lastOf(move: Move, ...before: readonly Move[]): readonly string[] {
  const run = played([stage], ...before);
  return told(playOn(run, move).events.slice(run.events.length));
}

describe('what led to an event', () => {
  it('is the start of its stage for the first nodes, and the end of the last before it for the others', () => {
    expect(told(begin([stage]).events).slice(2)).toEqual([
      'stage.started < pipeline_run.started',
      'start started < stage.started',
      'start completed < start started',
      'a scheduled < start completed',
      'a queued < a scheduled',
      'b scheduled < start completed',
      'b queued < b scheduled',
    ]);
    expect(lastOf(completes('a'), takes(['a', 'b']), completes('b'))).toEqual([
      'a succeeded < command',
      'a completed < a succeeded',
      'left started < a completed',
      'left completed < left started',
      'right started < a completed',
      'facts.recorded < right started',
      'right completed < right started',
      'join started < right completed',
      'join completed < join started',
      'stage.completed < join completed',
      'pipeline_run.completed < stage.completed',
    ]);
  });

  it('is the command for each job that it takes', () => {
    expect(lastOf(takes(['a', 'b']))).toEqual([
      'a started < command',
      'a started < a started',
      'b started < command',
      'b started < b started',
    ]);
  });

  it('is the end of the run for what is cut off', () => {
    expect(lastOf(cancels(), takes(['a'])).slice(0, 3)).toEqual([
      'pipeline_run.cancelled < command',
      'a canceled < pipeline_run.cancelled',
      'a cancelled < a canceled',
    ]);
  });

  it('is the command that told the time for a delay that is over', () => {
    const waiting = graphStage([trigger(), delay('d', 5)], ['start>d']);
    const run = played([waiting]);
    expect(told(playOn(run, wakes(5)).events.slice(run.events.length))[0]).toBe('d completed < command');
  });

  it('is the decision of a rule for what follows from it', () => {
    const gate: StageDefinition['gate'] = {
      gate_type: 'decision',
      options: ['pivot'],
      decided_by: ['system'],
      auto: [{ when: 'facts.bad', decision: 'pivot', to_stage: 'one' }],
    };
    const plain = { auto_start: true, advance: 'auto', milestones: {}, exit_criteria: [] } as const;
    const rule = { code: 'told', when: 'has(facts.bad)', reason: 'No.', action: { code: 'tell', message: 'Tell.' } };
    const run = played([{ ...plain, key: 'one', name: 'One', contract: [rule], gate }]);
    const back = playOn(run, says('record_facts', { facts: { bad: true }, trigger: 'test_run' }));
    expect(told(back.events.slice(run.events.length))).toEqual([
      'facts.recorded < command',
      'stage.completed < facts.recorded',
      'gate.opened < stage.completed',
      'gate.decided < stage.completed',
      'stage.reset < gate.decided',
      'stage.entered < gate.decided',
      'stage.started < gate.decided',
      'stage.completed < stage.started',
      'gate.opened < stage.completed',
    ]);
  });

  it('is the deed for all else', () => {
    const ready = history(...readyDraft);
    const done = history(...readyDraft, command('complete_stage', { stage: 'draft' }));
    expect(told(done.slice(ready.length))).toEqual(['stage.completed < command', 'gate.opened < stage.completed']);
  });
});
