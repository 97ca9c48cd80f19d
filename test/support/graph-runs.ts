import type { CommandBus } from '@nestjs/cqrs';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import { ActOnRunHandler, runCommand } from '../../src/runs/commands/act-on-run.js';
import type { ActOnRun } from '../../src/runs/contract.js';
import { runAmong } from '../../src/runs/pipeline-run/run-on-wire.js';
import type { Asked } from '../../src/runs/run-command.decider.js';
import type { RunEvent } from '../../src/runs/run.events.js';
import { DueRuns } from '../../src/runs/timers/due-runs.js';
import { TimerLoop } from '../../src/runs/timers/timer-loop.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { runExecutor } from './run-executor.js';
import { type Process, contextOf } from './store.js';

/** What one process does to runs: the commands as its routes would send them, and its timers. */
export function runsOf(process: Process, execute: (act: ActOnRun) => Promise<unknown> = handlerOf(process)) {
  const act = (runId: string, asked: Asked) => {
    const context = contextOf({ now: new Date().toISOString() });
    return runExecutor(process.executor).execute({
      streamId: runId,
      command: runCommand(runId, asked, context),
      context,
      answer: (rows) => ({ body: runAmong(rows, runId) }),
    });
  };
  const start = async (...stages: readonly StageDefinition[]): Promise<string> => {
    const runId = newId();
    const template = { key: 'graphs', version: 1, contentHash: 'c0ffee', name: 'Graphs', stages };
    await act(runId, { type: 'start_run', data: { template, subject: { type: 'none' }, input: { idea: 'boats' } } });
    return runId;
  };
  const eventsOf = async (runId: string): Promise<readonly Recorded<RunEvent>[]> =>
    (await process.store.read(DEFAULT_TENANT_ID, runId)) as unknown as readonly Recorded<RunEvent>[];
  const timers = () =>
    new TimerLoop(new DueRuns(process.database), { execute } as unknown as CommandBus, process.memory, process.rows);
  return { act, start, eventsOf, timers, handle: handlerOf(process) };
}

function handlerOf({ executor }: Process): (act: ActOnRun) => Promise<unknown> {
  const handler = new ActOnRunHandler(runExecutor(executor));
  return (act) => handler.execute(act);
}

/** How often each type of event happened. */
export function counted(events: readonly Pick<RunEvent, 'type'>[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(events, ({ type }) => type)].map(([type, of]) => [type, of.length]));
}
