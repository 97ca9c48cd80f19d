import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { ActOnRun } from '../../src/runs/contract.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { createLogger } from '../../src/platform/telemetry/logger.js';
import { startService } from '../../src/service.js';
import { chainOf, delayed, delaysBeside, graphStage } from '../support/plain-graphs.js';
import { counted, runsOf } from '../support/graph-runs.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { trialStages } from '../support/run-story.js';
import { ADMIN_KEY } from '../support/service.js';
import { type Process, openStore } from '../support/store.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let runs: ReturnType<typeof runsOf>;
beforeAll(async () => {
  opened = await openStore();
  runs = runsOf(opened);
});
afterAll(() => opened.close());

const loops: ReturnType<typeof runs.timers>[] = [];
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.beforeApplicationShutdown()));
});
const fire = (of: ReturnType<typeof runsOf> = runs): void => {
  const loop = of.timers();
  loops.push(loop);
  loop.start();
};

type Shown = Readonly<{ status: string; waiting_on: string | null }>;
const one = async <R>(text: string, values: unknown[], of: Process = opened): Promise<R | undefined> =>
  (await of.database.system((manager) => manager.query<R[]>(text, values)))[0];
const shown = (runId: string) => one<Shown>('select status, waiting_on from pipeline_runs where id = $1', [runId]);
const isOver = async (runId: string) => (await shown(runId))?.status === 'completed';
const waitingTimers = async (runId: string) =>
  (
    await one<{ purposes: string[] | null }>(
      "select array_agg(purpose order by purpose) as purposes from timers where run_id = $1 and status = 'waiting'",
      [runId],
    )
  )?.purposes ?? [];

describe('a delay', () => {
  it('goes on when its time is over, in the flow that began it, and not before', async () => {
    fire();
    const runId = await runs.start(graphStage('work', delayed(0.3)));
    expect(await shown(runId)).toEqual({ status: 'running', waiting_on: 'timer' });
    expect(await waitingTimers(runId)).toEqual(['node_delay', 'work_timeout']);
    await until('the delay is over', () => isOver(runId));
    const events = await runs.eventsOf(runId);
    const ended = events.find(
      ({ type, detail }) => type === 'pipeline_node.completed' && 'node' in detail && detail.node === 'rest',
    );
    expect(ended).toMatchObject({ actor: { type: 'system', id: 'timers' }, correlationId: events[0]?.correlationId });
    expect(ended?.type === 'pipeline_node.completed' && ended.detail.duration_ms >= 300).toBe(true);
    expect(await waitingTimers(runId)).toEqual([]);
  });

  it('waits while the run is parked, and ends once when it is taken up', async () => {
    fire();
    const runId = await runs.start(graphStage('work', delayed(0.05)));
    await runs.act(runId, { type: 'park', data: { reason: 'Winter.' } });
    await until(
      'the timer is due',
      async () =>
        (await one('select from timers where run_id = $1 and due_at < clock_timestamp()', [runId])) !== undefined,
    );
    const other = await runs.start(graphStage('work', delayed(0.05)));
    await until('another run went on', () => isOver(other));
    expect(await shown(runId)).toEqual({ status: 'parked', waiting_on: null });
    await runs.act(runId, { type: 'unpark', data: { reason: 'Spring.' } });
    await until('the delay is over', () => isOver(runId));
    expect(counted(await runs.eventsOf(runId))).toMatchObject({ 'pipeline_node.completed': 3 });
  });

  it('ends with all others that became due while the run was parked, though one command ends only some of them', async () => {
    fire();
    const runId = await runs.start(graphStage('work', delaysBeside(1000, 3)));
    const due = (which: string) =>
      one<{ count: number }>(
        `select count(*)::int from timers where run_id = $1 and purpose = 'node_delay' and status = 'waiting' and ${which}`,
        [runId],
      );
    await until('all wait', async () => (await due('true'))?.count === 1000);
    await runs.act(runId, { type: 'park', data: { reason: 'Winter.' } });
    await until('all are due', async () => (await due('due_at < clock_timestamp()'))?.count === 1000);
    await runs.act(runId, { type: 'unpark', data: { reason: 'Spring.' } });
    await until('the delays are over', () => isOver(runId), 12_000);
  }, 60_000);

  it('survives a restart of the service, and ends once', async () => {
    const service = () =>
      startService(
        loadConfig({
          DATABASE_URL: String(opened.connection.connectionString),
          STAGELINE_ADMIN_KEY: ADMIN_KEY,
          STAGELINE_MIGRATE: 'off',
          STAGELINE_LOG_LEVEL: 'fatal',
          PORT: '0',
        }),
        createLogger({ level: 'fatal', format: 'json' }),
      );
    const first = await service();
    const runId = await runs.start(graphStage('work', delayed(1)));
    await first.close();
    expect(await shown(runId)).toMatchObject({ status: 'running' });
    const second = await service();
    await until('the delay is over', () => isOver(runId));
    await second.close();
    expect(counted(await runs.eventsOf(runId))).toMatchObject({ 'pipeline_node.completed': 3 });
  }, 60_000);
});

describe('the time limit of a graph', () => {
  it('ends the run, and what is under way with it; resumed it has its time anew', async () => {
    fire();
    const runId = await runs.start(graphStage('work', { ...delayed(0.4), timeout_seconds: 0.2 }));
    await until('the run is out of time', async () => (await shown(runId))?.status === 'timeout');
    expect(counted(await runs.eventsOf(runId))).toMatchObject({
      'pipeline_run.timeout': 1,
      'pipeline_node.cancelled': 1,
    });
    expect(await waitingTimers(runId)).toEqual([]);
    await runs.act(runId, { type: 'resume', data: { reason: 'Once more.' } });
    expect(await waitingTimers(runId)).toEqual(['node_delay', 'work_timeout']);
    await until('it is out of time again', async () => (await shown(runId))?.status === 'timeout');
  });

  it('rests where the graph is through and its stage waits for people', async () => {
    const stage = { ...graphStage('work', chainOf(3)), exit_criteria: [{ key: 'read', text: 'Somebody read it' }] };
    const runId = await runs.start(stage);
    expect(await shown(runId)).toEqual({ status: 'running', waiting_on: null });
    expect(await waitingTimers(runId)).toEqual([]);
    await runs.act(runId, { type: 'meet_criterion', data: { stage: 'work', criterion: 'read' } });
    expect(await isOver(runId)).toBe(true);
  });
});

describe('a gate that expires', () => {
  it('is closed in its time by the same timers', async () => {
    const [draft] = trialStages;
    if (draft?.gate === undefined) throw new Error('The draft has a gate.');
    const bare = { milestones: {}, exit_criteria: [] };
    const runId = await runs.start({ ...draft, ...bare, gate: { ...draft.gate, expires_after_seconds: 1 } });
    await runs.act(runId, { type: 'complete_stage', data: { stage: 'draft' } });
    expect(await waitingTimers(runId)).toEqual(['gate_expiry']);
    fire();
    await until('the gate expired', async () => (await waitingTimers(runId)).length === 0);
    expect((await runs.eventsOf(runId)).at(-1)).toMatchObject({ type: 'gate.expired', actor: { id: 'timers' } });
    expect(await shown(runId)).toEqual({ status: 'running', waiting_on: 'gate' });
  });
});

describe('ten thousand nodes without work', () => {
  it('go through, each once, whoever else looks', async () => {
    const other = await opened.process();
    fire();
    fire(runsOf(other));
    const runId = await runs.start(graphStage('work', chainOf(10_000)));
    await until('all are through', () => isOver(runId), 60_000);
    expect(counted(await runs.eventsOf(runId))).toMatchObject({
      'pipeline_node.started': 10_000,
      'pipeline_node.completed': 10_000,
      'pipeline_run.completed': 1,
    });
  }, 90_000);
});

describe('waking the runs that are due', () => {
  it('goes on with the others where one fails, and leaves that one alone for a while', async () => {
    const [broken, sound] = [
      await runs.start(graphStage('work', delayed(0))),
      await runs.start(graphStage('work', delayed(0.01))),
    ];
    const owner = await opened.superuser();
    await owner.query(
      `insert into timers (run_id, purpose, subject, tenant_id, stream_version, set_by, stage, due_at, status, live_count)
       values ($1, 'continue', '', $2, 1, 1, 'work', now() - interval '1 day', 'waiting', 0)`,
      [broken, DEFAULT_TENANT_ID],
    );
    await owner.query("update pipeline_runs set status = 'running' where id = $1", [broken]);
    const woken: string[] = [];
    const execute = (act: ActOnRun): Promise<unknown> => {
      woken.push(act.runId);
      return act.runId === broken ? Promise.reject(new Error('This run cannot be read.')) : real.handle(act);
    };
    const real = runs;
    const since = performance.now();
    fire(runsOf(opened, execute));
    await until('the other went on', () => isOver(sound));
    const seconds = (performance.now() - since) / 1000;
    expect(woken.filter((id) => id === broken).length).toBeLessThanOrEqual(1 + seconds);
    await owner.query("delete from timers where run_id = $1 and purpose = 'continue'", [broken]);
    await owner.query("update pipeline_runs set status = 'completed' where id = $1", [broken]);
  });
});

describe('after all of it', () => {
  it('the read models are what the events say', () => expectReadModelsToEqualFold(opened.connection), 60_000);
});
