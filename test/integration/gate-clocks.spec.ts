import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TimerLoop } from '../../src/runs/timers/timer-loop.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { counted, runsOf } from '../support/graph-runs.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { openStore } from '../support/store.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let runs: ReturnType<typeof runsOf>;
const loops: TimerLoop[] = [];
beforeAll(async () => {
  opened = await openStore();
  runs = runsOf(opened);
  // A process that knows none of the runs, as after a restart.
  for (const process of [await opened.process(), await opened.process()]) loops.push(runsOf(process).timers());
});
afterAll(async () => {
  await Promise.all(loops.map((loop) => loop.beforeApplicationShutdown()));
  await opened.close();
});

const stage: StageDefinition = {
  key: 'draft',
  name: 'Draft',
  auto_start: true,
  advance: 'auto',
  milestones: {},
  exit_criteria: [],
  gate: {
    gate_type: 'approval',
    options: ['approve', 'send_back'],
    decided_by: ['approver'],
    expires_after_seconds: 2,
    remind_before_seconds: 1,
    on_expiry: 'escalate',
    escalate_to: ['bea'],
  },
};

type Timer = Readonly<{ purpose: string; status: string }>;
const timersOf = (runId: string) =>
  opened.database.system((manager) =>
    manager.query<Timer[]>('select purpose, status from timers where run_id = $1 order by purpose, status', [runId]),
  );

describe('the clocks of an approval', () => {
  it('are rows, which parking puts aside and unparking sets anew', async () => {
    const runId = await runs.start(stage);
    expect(await timersOf(runId)).toEqual([
      { purpose: 'gate_expiry', status: 'waiting' },
      { purpose: 'gate_reminder', status: 'waiting' },
    ]);
    await runs.act(runId, { type: 'park', data: { reason: 'Winter' } });
    expect((await timersOf(runId)).map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    await runs.act(runId, { type: 'unpark', data: { reason: 'Spring' } });
    expect((await timersOf(runId)).filter(({ status }) => status === 'waiting')).toHaveLength(2);
    await runs.act(runId, { type: 'cancel', data: { reason: 'Enough' } });
    expect((await timersOf(runId)).map(({ status }) => status)).toEqual(Array(4).fill('cancelled'));
  });

  it('remind once and expire once, after a restart and whoever looks', async () => {
    const runId = await runs.start(stage);
    for (const loop of loops) loop.start();
    const isEscalated = async () => counted(await runs.eventsOf(runId))['gate.opened'] === 2;
    await until('the gate escalated', isEscalated);
    const events = await runs.eventsOf(runId);
    expect(events.slice(-4).map(({ type }) => type)).toEqual([
      'gate.opened',
      'gate.reminded',
      'gate.expired',
      'gate.opened',
    ]);
    expect(events.at(-1)).toMatchObject({ actor: { type: 'system', id: 'timers' }, detail: { decided_by: ['bea'] } });
    expect(await timersOf(runId)).toEqual([
      { purpose: 'gate_expiry', status: 'fired' },
      { purpose: 'gate_reminder', status: 'fired' },
    ]);
  });

  it('leave read models that equal a fresh fold of the timeline', () => expectReadModelsToEqualFold(opened.connection));
});
