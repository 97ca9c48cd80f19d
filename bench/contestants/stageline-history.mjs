/** One caller with commands on runs that have a history of `length` events: remembered ones (warm), or forgotten before each (cold). */
import { CommandBus } from '@nestjs/cqrs';
import { StreamMemory } from '../../dist/src/platform/event-store/stream-memory.js';
import { ActOnRun } from '../../dist/src/runs/contract.js';
import { runStream } from '../../dist/src/runs/run-stream.js';
import { roundOf } from '../harness/callers.mjs';
import { payload } from './payload.mjs';
import { appendLongRun } from './run-histories.mjs';
import { caller, newContext, openStageline } from './stageline.mjs';

const RUNS = 5;

/** So few that ten events do not become many. */
const COMMANDS_PER_RUN = 40;

/** A long history stays long; a short one has to be made anew. */
const LONG = 1000;

export async function open({ connection, length, isCold }) {
  const stageline = await openStageline(connection);
  const commands = stageline.get(CommandBus);
  const memory = stageline.get(StreamMemory);
  const ask = (runId, count) =>
    commands.execute(new ActOnRun(runId, { type: 'record_facts', data: payload(count) }, newContext()));
  let runs = [];
  const renew = async () => {
    if (runs.length > 0 && length >= LONG) return;
    runs = [];
    while (runs.length < RUNS) runs.push(await appendLongRun(stageline, length));
    for (const runId of runs) await ask(runId, 0);
  };
  const round = async () => {
    const latencies = [];
    const began = performance.now();
    for (let command = 0; command < RUNS * COMMANDS_PER_RUN; command += 1) {
      const runId = runs[command % RUNS];
      if (isCold) memory.forget(runStream, caller.tenantId, runId);
      const before = performance.now();
      await ask(runId, command);
      latencies.push(performance.now() - before);
    }
    return roundOf(latencies, (performance.now() - began) / 1000);
  };
  return { prepare: renew, round, close: stageline.close };
}
