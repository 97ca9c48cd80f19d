import { describe, expect, it } from '@jest/globals';
import { holdsInTimeForEvery } from '../../test/support/run-play.js';
import { contextOf } from '../../test/support/store.js';
import type { Recorded } from '../kernel/recorded-event.js';
import { type Folded, foldEvents, nothingYet } from '../platform/event-store/folded.js';
import { entriesOf } from '../platform/event-store/laid-rows.js';
import { decideTogether } from '../platform/event-store/joint-decision.js';
import { recordedAt } from '../platform/event-store/new-events.js';
import type { Waiting } from '../platform/event-store/waiting-commands.js';
import type { RunEvent } from './contract.js';
import type { RunCommand } from './run-command.decider.js';
import type { RunState } from './run-state.decider.js';
import { runStream } from './run-stream.js';

const AT = '2026-03-01T12:00:00.000Z';

/** Decides all of them, so many at a time as wait together, each told the policy when its rules ask for it; records what they lead to. */
async function runThrough(commands: readonly RunCommand[], atOnce: number) {
  const waiting = commands.map(({ policy, ...command }, index): Waiting<RunCommand> => {
    const context = contextOf({ commandId: `command-${String(index)}`, correlationId: `flow-${String(index)}` });
    const inform = () => Promise.resolve({ ...command, policy } as RunCommand);
    const asked = { streamId: 'run-1', command: command as RunCommand, context, answer: () => ({ body: {} }) };
    const task = policy === undefined ? asked : { ...asked, inform };
    return { task, answer: Promise.withResolvers() };
  });
  let folded: Folded<RunState> = nothingYet(runStream);
  const events: Recorded<RunEvent>[] = [];
  for (let done = 0; done < waiting.length;) {
    const judged = await decideTogether(runStream, folded, waiting.slice(done, done + atOnce));
    const led = judged.flatMap(({ verdict }) => ('error' in verdict ? [] : verdict.events));
    folded = foldEvents(runStream, folded, recordedAt(led, AT));
    events.push(...led);
    done += judged.length;
  }
  const rows = Object.entries(folded.rows).map(([table, laid]) => [table, entriesOf(laid)]);
  return { events: events.map(({ id: _id, causationId: _cause, ...event }) => event), state: folded.state, rows };
}

describe('commands on a run that wait together', () => {
  it('lead to the events, the state and the rows that they lead to one after another', () =>
    holdsInTimeForEvery(async (commands) => {
      const alone = await runThrough(commands, 1);
      expect(alone.events.length).toBeGreaterThan(0);
      expect(await runThrough(commands, 7)).toEqual(alone);
      expect(await runThrough(commands, commands.length)).toEqual(alone);
    }));
});
