import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { counted, runsOf } from '../support/graph-runs.js';
import { agents, jobWorkers } from '../support/job-workers.js';
import { openStore } from '../support/store.js';

const WIDTH = 10_000;

let opened: Awaited<ReturnType<typeof openStore>>;
let runs: ReturnType<typeof runsOf>;
beforeAll(async () => {
  opened = await openStore();
  runs = runsOf(opened);
});
afterAll(() => opened.close());

describe('cancelling a run with ten thousand jobs', () => {
  it('ends every one of them with it, in one append', async () => {
    const stage = { key: 'main', name: 'Main', auto_start: true, milestones: {}, exit_criteria: [] };
    const runId = await runs.start({ ...stage, graph: agents('crowd', WIDTH) });
    for (let part = 1; part < WIDTH / 200 + 1; part += 1) await runs.act(runId, { type: 'wake', data: {} });
    const taken = await jobWorkers(opened).claim(['crowd'], 100);
    expect(taken).toHaveLength(100);
    await runs.act(runId, { type: 'cancel', data: { reason: 'Enough.' } });
    const events = await runs.eventsOf(runId);
    const ends = { 'job.canceled': WIDTH, 'pipeline_node.cancelled': WIDTH, 'pipeline_run.cancelled': 1 };
    expect(counted(events)).toMatchObject({ 'job.queued': WIDTH, ...ends });
    expect(new Set(events.slice(-2 * WIDTH - 1).map(({ recordedAt }) => recordedAt)).size).toBe(1);
    const owner = await opened.superuser();
    const { rows } = await owner.query('select status, count(*)::int from jobs group by status');
    expect(rows).toEqual([{ status: 'CANCELED', count: WIDTH }]);
  }, 90_000); // Some ten seconds, most of them to queue the jobs.
});
