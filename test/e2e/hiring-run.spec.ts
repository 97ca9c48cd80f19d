import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { accepted, decide, eventTypes, readRun, readStage, type RunBody } from '../support/founder-walk.js';
import { hiringStages, interview, startApplication } from '../support/hiring-walk.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { keyFor, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let recruiter: ApiClient;
let approver: ApiClient;
beforeAll(async () => {
  service = await startDocumentedService();
  recruiter = service.api.as(await keyFor(service.api, { roles: ['operator'], actor_id: 'rita' }));
  approver = service.api.as(await keyFor(service.api, { roles: ['approver'], actor_id: 'ann' }));
});
afterAll(() => service.close());

const pass = (score: number) => ({ outcome: 'pass', score, feedback: 'Clear.', data: { minutes: 45 } });
const proceed = (run: RunBody) => decide(recruiter, run.open_gate_id, { decision: 'proceed' });

/** Passes the stage a run stands at. */
async function passStage(run: RunBody): Promise<RunBody> {
  return (await proceed(await interview(recruiter, run, pass(4)))).run;
}

async function passUntil(run: RunBody, stage: string): Promise<RunBody> {
  let now = run;
  while (now.current_stage !== stage) now = await passStage(now);
  return now;
}

describe('a candidate’s run', () => {
  it('goes through all eight stages, each with its result and decision', async () => {
    let { run } = await startApplication(recruiter);
    for (const [index, stage] of hiringStages.entries()) {
      expect(run).toMatchObject({
        current_stage: stage,
        stage_number: index + 1,
        stage_progress: { [stage]: 'created' },
      });
      run = await interview(recruiter, run, pass(index));
      expect(run).toMatchObject({ waiting_on: 'gate', stage_progress: { [stage]: 'completed' } });
      expect(run.progress_percent).toBe(Math.round((100 * index) / 8));
      expect((await readStage(recruiter, run.id, stage)).result).toMatchObject({
        ...pass(index),
        recorded_by: { actor_type: 'user', actor_id: 'rita' },
      });
      ({ run } = await decide(approver, run.open_gate_id, { decision: 'proceed', reason: 'Good.' }));
      expect(run.stage_progress[stage]).toBe('gated');
    }
    expect(run).toMatchObject({ status: 'completed', outcome: 'completed', progress_percent: 100, open_gate_id: null });
    await expectReadModelsToEqualFold(service.connection);
  });

  it('shows the result at the gate it is decided by', async () => {
    const { run } = await startApplication(recruiter);
    const { open_gate_id: gateId } = await interview(recruiter, run, pass(3.5));
    const gate = accepted(await recruiter.get(`/gates/${String(gateId)}`));
    expect(gate).toMatchObject({ gate_type: 'decision', evidence: { result: { outcome: 'pass', score: 3.5 } } });
  });

  it('may take another look at a stage without losing its result', async () => {
    const { run } = await startApplication(recruiter);
    const waiting = await interview(recruiter, run, pass(3));
    const scope = { note: 'Ask for a second sample.' };
    const { run: again } = await decide(recruiter, waiting.open_gate_id, { decision: 'narrow', scope });
    expect(again).toMatchObject({ current_stage: 'resume_screen', stage_progress: { resume_screen: 'in_progress' } });
    expect((await readStage(recruiter, run.id, 'resume_screen')).result).toMatchObject({ score: 3 });
  });

  it('leaves the last word to an approver', async () => {
    const { run } = await startApplication(recruiter);
    const debriefed = await interview(recruiter, await passUntil(run, 'debrief'), pass(4));
    const { body } = await recruiter.post(`/gates/${String(debriefed.open_gate_id)}/decision`, { decision: 'proceed' });
    expect(body).toMatchObject({ status: 403, code: 'not-a-decider', decided_by: ['approver'] });
    expect(await readRun(recruiter, run.id)).toEqual(debriefed);
  });
});

describe('moving a candidate back', () => {
  it('begins that stage and those after it anew, and keeps what came before', async () => {
    const { run } = await startApplication(recruiter);
    const waiting = await interview(recruiter, await passUntil(run, 'onsite_coding_1'), { outcome: 'undecided' });
    const back = { decision: 'pivot', to_stage: 'oa', reason: 'The first one was of another candidate.' };
    const { run: moved } = await decide(recruiter, waiting.open_gate_id, back);
    expect(moved).toMatchObject({
      status: 'running',
      current_stage: 'oa',
      progress_percent: 13,
      stage_progress: { resume_screen: 'gated', oa: 'created', phone_screen: 'created', onsite_coding_1: 'created' },
    });
    expect((await readStage(recruiter, run.id, 'oa')).result).toBeNull();
    expect((await readStage(recruiter, run.id, 'resume_screen')).result).toMatchObject({ outcome: 'pass' });
    expect(await eventTypes(recruiter, run.id, waiting.version)).toEqual([
      'gate.decided',
      'stage.reset',
      'stage.reset',
      'stage.reset',
      'stage.entered',
    ]);
    expect((await passUntil(moved, 'onsite_coding_2')).stage_progress).toMatchObject({ onsite_coding_1: 'gated' });
    await expectReadModelsToEqualFold(service.connection);
  });

  it('needs a reason, and an earlier stage', async () => {
    const { run } = await startApplication(recruiter);
    const { open_gate_id: gateId } = await interview(recruiter, await passUntil(run, 'oa'), pass(1));
    const refused = async (body: object) => (await recruiter.post(`/gates/${String(gateId)}/decision`, body)).body;
    const toScreen = { decision: 'pivot', to_stage: 'resume_screen' };
    expect(await refused(toScreen)).toMatchObject({ status: 422, code: 'reason-required' });
    const ahead = { decision: 'pivot', to_stage: 'debrief', reason: 'Faster.' };
    expect(await refused(ahead)).toMatchObject({
      status: 409,
      code: 'illegal-transition',
      legal: ['resume_screen', 'oa'],
    });
  });
});

describe.each(['rejected', 'withdrawn'])('a candidate who is %s', (outcome) => {
  it('has a cancelled run with that outcome, whose gate nobody can decide any more', async () => {
    const { run } = await startApplication(recruiter);
    const waiting = await interview(recruiter, run, { outcome: 'fail', score: 1 });
    const cancel = { reason: 'As agreed.', outcome };
    const closed = accepted(await recruiter.post<RunBody>(`/pipeline/${run.id}/cancel`, cancel));
    expect(closed).toMatchObject({ status: 'cancelled', outcome, waiting_on: null, open_gate_id: null });
    expect(await eventTypes(recruiter, run.id, waiting.version)).toEqual(['gate.superseded', 'pipeline_run.cancelled']);
    const gate = accepted(await recruiter.get(`/gates/${String(waiting.open_gate_id)}`));
    expect(gate).toMatchObject({ status: 'superseded', decision: null });
    const late = await approver.post(`/gates/${String(waiting.open_gate_id)}/decision`, { decision: 'proceed' });
    expect(late.body).toMatchObject({ status: 409, code: 'gate-not-pending' });
    expect(await readRun(recruiter, run.id)).toEqual(closed);
  });

  it('stays so, and may apply for the same job again', async () => {
    const { run, application } = await startApplication(recruiter);
    const cancel = (as: string) => recruiter.post(`/pipeline/${run.id}/cancel`, { reason: 'As agreed.', outcome: as });
    const closed = accepted(await cancel(outcome));
    expect(accepted(await cancel(outcome))).toEqual(closed);
    const other = outcome === 'rejected' ? 'withdrawn' : 'rejected';
    expect((await cancel(other)).body).toMatchObject({ status: 409, code: 'run-closed' });
    const second = accepted(await recruiter.post<RunBody>('/pipeline/start', application));
    expect(second).toMatchObject({ status: 'running', current_stage: 'resume_screen' });
    expect(second.id).not.toBe(run.id);
  });
});
