/**
 * Runs of graphs whose nodes do nothing, one run after the other, each from the command that starts it to the event that completes it.
 *
 * A command does so many nodes and leaves the rest to a timer; what the timer sends is sent here as soon as it is due. Agents are done by the worker of
 * this process.
 */
import { CommandBus } from '@nestjs/cqrs';
import { v7 as newId } from 'uuid';
import { RunExecutor } from '../../dist/src/runs/commands/run-executor.js';
import { EventStore } from '../../dist/src/platform/event-store/event-store.js';
import { ActOnRun } from '../../dist/src/runs/contract.js';
import { runCommand } from '../../dist/src/runs/commands/act-on-run.js';
import { runAmong, runOnWire } from '../../dist/src/runs/pipeline-run/run-on-wire.js';
import { roundOf } from '../harness/callers.mjs';
import { AGENT, templateOf } from './graphs.mjs';
import { startWorker } from './stageline-worker.mjs';
import { newContext, openStageline } from './stageline.mjs';

/** What has not ended by then never will. */
const LOST_MS = 120_000;

const WORKER = { handler: AGENT, concurrency: 100 };

export async function open({ connection, shape, nodeCount, kind }) {
  const stageline = await openStageline(connection);
  const stopWorker = kind === 'agent' ? startWorker(stageline, WORKER) : () => undefined;
  const stored = JSON.stringify(templateOf(shape, nodeCount, kind));
  const ended = runEnds(stageline);
  const wholeRun = async () => {
    const data = { template: JSON.parse(stored), subject: { type: 'none' }, input: {} }; // A template is read anew for each run.
    const runId = newId();
    const end = ended(runId);
    await start(stageline, runId, data);
    await wakeWhileItGoesOn(stageline, runId);
    const type = await end;
    if (type !== 'pipeline_run.completed') throw new Error(`A run of ${nodeCount} nodes ended with ${type}.`);
  };
  /** Whole runs of so many nodes together; counts nodes, though its latencies are of runs. */
  const round = async ({ nodes }) => {
    const times = [];
    const began = performance.now();
    while (times.length * nodeCount < nodes) {
      const before = performance.now();
      await wholeRun();
      times.push(performance.now() - before);
    }
    const { count, perSecond, ...latencies } = roundOf(times, (performance.now() - began) / 1000);
    return { ...latencies, count: count * nodeCount, perSecond: perSecond * nodeCount };
  };
  const close = async () => {
    await stopWorker();
    await stageline.close();
  };
  return { round, close };
}

function start(stageline, streamId, data) {
  const context = newContext();
  const command = runCommand(streamId, { type: 'start_run', data }, context);
  const answer = (rows) => ({ kind: 'created', noun: 'run', body: runOnWire(runAmong(rows, streamId)) });
  return stageline.get(RunExecutor).execute({ streamId, command, context, answer });
}

/** A command after which nothing moved was the first that found nothing due. */
async function wakeWhileItGoesOn(stageline, runId) {
  const commands = stageline.get(CommandBus);
  let before = 0;
  for (let version = 1; version > before;) {
    before = version;
    ({ version } = await commands.execute(new ActOnRun(runId, { type: 'wake', data: {} }, newContext())));
  }
}

/** Answers, for a run, a promise of the type of the event that ends it. */
function runEnds(stageline) {
  const waiting = new Map();
  stageline.get(EventStore).onAppended((appends) => {
    for (const { streamId, events } of appends) {
      const end = events.find(({ type }) => /^pipeline_run\.(completed|failed|timeout|cancelled)$/.test(type));
      if (end !== undefined) waiting.get(streamId)?.(end.type);
    }
  });
  return (runId) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Run ${runId} did not end.`)), LOST_MS);
      waiting.set(runId, (type) => (clearTimeout(late), resolve(type)));
    }).finally(() => waiting.delete(runId));
}
