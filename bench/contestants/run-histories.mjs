/** Histories of founder runs, made by the same decider, fold and append as a client's commands, many to a transaction. */
import { v7 as newId } from 'uuid';
import { EventStore } from '../../dist/src/platform/event-store/event-store.js';
import { changedRows, foldEvents, nothingYet } from '../../dist/src/platform/event-store/folded.js';
import { newEvents } from '../../dist/src/platform/event-store/new-events.js';
import { Sealer } from '../../dist/src/platform/event-store/sealer.js';
import { runCommand } from '../../dist/src/runs/commands/act-on-run.js';
import { runStream } from '../../dist/src/runs/run-stream.js';
import { founder } from '../../dist/src/templates/built-in/founder.js';
import { newContext } from './stageline.mjs';
import { payload } from './payload.mjs';

/** Runs to a transaction. */
const GROUP = 50;

const template = {
  key: 'founder',
  version: 1,
  contentHash: '0'.repeat(64),
  name: founder.name,
  stages: founder.stages,
};
/** No layer says anything: stages end without approvals. */
const noPolicy = { global: {}, project: {}, requireManualReview: false };

const start = { type: 'start_run', data: { template, subject: { type: 'none' }, input: {} } };

/** Appends whole runs until there are `eventCount` events more; answers how many it were. */
export async function appendRuns(stageline, eventCount) {
  const store = stageline.get(EventStore);
  let appended = 0;
  while (appended < eventCount) {
    const group = Array.from({ length: GROUP }, () => wholeRun());
    await store.append(group);
    appended += group.reduce((sum, { events }) => sum + events.length, 0);
  }
  return appended;
}

/** Appends one run with a history of `length` events, most of them facts; answers its id. */
export async function appendLongRun(stageline, length) {
  const run = beginRun();
  while (run.length() < length) run.ask({ type: 'record_facts', data: payload(run.length()) });
  for (let from = 0; from < length; from += 1000)
    await stageline.get(EventStore).append([run.append(from, from + 1000)]);
  return run.streamId;
}

/** Seals whatever is settled. */
export async function sealAll(stageline) {
  while ((await stageline.get(Sealer).tick()) > 0);
}

/** From the start to its completion, as most runs go: facts, milestones, a risk, gates that say proceed. */
function wholeRun() {
  const run = beginRun();
  for (const { key: stage, milestones, gate, locked } of founder.stages) {
    if (locked === true) continue;
    run.ask({ type: 'record_facts', data: payload(run.length()) });
    for (const [milestone, { completed_by, also_completed_by }] of Object.entries(milestones)) {
      if (completed_by !== undefined || also_completed_by !== undefined) continue;
      run.ask({ type: 'complete_milestone', data: { stage, milestone } });
    }
    run.ask({ type: 'complete_stage', data: { stage, override: true, reason: 'Good enough to go on.' } });
    if (gate !== undefined) run.ask({ type: 'decide_gate', data: { gateId: run.lastFreshId(), decision: 'proceed' } });
  }
  return run.append(0);
}

function beginRun() {
  const streamId = newId();
  const events = [];
  let folded = nothingYet(runStream);
  let freshId = '';
  const ask = (asked) => {
    const context = newContext();
    const command = { ...runCommand(streamId, asked, context), policy: noPolicy };
    freshId = command.freshId;
    const decided = newEvents(runStream, folded, runStream.decider.decide(folded.state, command), {
      streamId,
      context,
    });
    events.push(...decided);
    folded = foldEvents(runStream, folded, decided);
  };
  ask(start);
  const rows = () => changedRows(runStream, nothingYet(runStream), folded);
  const append = (from, to) => ({ streamId, expectedVersion: from, events: events.slice(from, to), rows: rows() });
  return { streamId, ask, append, length: () => events.length, lastFreshId: () => freshId };
}
