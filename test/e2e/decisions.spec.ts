import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accepted,
  decide,
  eventTypes,
  finishStage,
  reachStage,
  readRun,
  readStage,
  standAtGate,
} from '../support/founder-walk.js';
import { startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

function weightsOf({ milestones }: Awaited<ReturnType<typeof readStage>>) {
  return Object.fromEntries(Object.entries(milestones).map(([key, { weight }]) => [key, weight]));
}

describe('deciding to proceed', () => {
  it('passes the gate and starts the next stage', async () => {
    const { api } = service;
    const { runId, gateId, run: before } = await standAtGate(api);
    const { gate, run } = await decide(api, gateId, { decision: 'proceed', reason: 'The thesis holds.' });

    expect(gate).toMatchObject({ status: 'decided', decision: 'proceed', reason: 'The thesis holds.' });
    expect(gate['decided_by']).toEqual({ actor_type: 'user', actor_id: 'admin' });
    expect(run).toMatchObject({
      status: 'running',
      waiting_on: null,
      open_gate_id: null,
      current_stage: 'validated_direction',
      stage_number: 2,
      progress_percent: 25,
      stage_progress: { thesis_defined: 'gated', validated_direction: 'in_progress', mvp_built: 'created' },
    });
    expect(await eventTypes(api, runId, before.version)).toEqual([
      'gate.decided',
      'milestone.completed',
      'stage.gated',
      'stage.entered',
      'stage.started',
    ]);
    const stage = await readStage(api, runId, 'thesis_defined');
    expect(stage).toMatchObject({ state: 'gated', progress_percent: 100 });
    expect(stage.milestones['gate_proceed']).toMatchObject({ completed: true });
  });

  it('completes the run after the last unlocked stage, and its project with it', async () => {
    const { api } = service;
    const { runId, projectId } = await standAtGate(api);
    await reachStage(api, runId, 'feedback_loop_active');
    const { open_gate_id: gateId } = await finishStage(api, runId, 'feedback_loop_active');
    const { run } = await decide(api, gateId, { decision: 'proceed' });

    expect(run).toMatchObject({
      status: 'completed',
      outcome: 'completed',
      waiting_on: null,
      open_gate_id: null,
      current_stage: 'feedback_loop_active',
      progress_percent: 95, // Nobody narrowed: the second stage ends at 80.
      stage_progress: { mvp_built: 'completed', feedback_loop_active: 'gated', growth: 'created' },
    });
    expect(await decide(api, gateId, { decision: 'proceed' })).toMatchObject({ run });
    const project = accepted(await api.get(`/projects/${projectId}`));
    expect(project).toMatchObject({
      status: 'active',
      run_status: 'completed',
      progress_percent: 95,
      stage_number: 4,
    });
    const again = await api.post('/pipeline/start', { project_id: projectId, template: 'founder' });
    expect(again.status).toBe(201);
  });

  it('leaves a stage without a gate at once when it completes', async () => {
    const { api } = service;
    const { runId } = await standAtGate(api);
    await reachStage(api, runId, 'mvp_built');
    const run = await finishStage(api, runId, 'mvp_built');
    expect(run).toMatchObject({ current_stage: 'feedback_loop_active', open_gate_id: null, waiting_on: null });
    expect(run.stage_progress).toMatchObject({ mvp_built: 'completed', feedback_loop_active: 'in_progress' });
  });
});

describe('deciding to narrow', () => {
  it('reopens the stage without the dropped milestones, its weights still summing to the whole', async () => {
    const { api } = service;
    const { runId } = await standAtGate(api);
    await reachStage(api, runId, 'validated_direction');
    const before = await finishStage(api, runId, 'validated_direction');
    const scope = { keep: ['kiosks'], drop_milestones: ['validation_complete'], note: 'One town only.' };
    const { gate, run } = await decide(api, before.open_gate_id, { decision: 'narrow', scope });

    expect(gate).toMatchObject({ status: 'decided', decision: 'narrow', context: { scope } });
    expect(run).toMatchObject({ status: 'running', waiting_on: null, current_stage: 'validated_direction' });
    expect(run.stage_progress).toMatchObject({ thesis_defined: 'gated', validated_direction: 'in_progress' });
    const stage = await readStage(api, runId, 'validated_direction');
    const weights = weightsOf(stage);
    expect(Object.keys(weights).toSorted()).toEqual(['direction_chosen', 'gate_proceed', 'scope_narrowed']);
    expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBe(100);
    expect(stage.milestones['scope_narrowed']).toMatchObject({ completed: true });
    expect(stage.completed_at).toBeNull();
    const done = Object.values(stage.milestones).filter(({ completed }) => completed);
    expect(stage.progress_percent).toBe(done.reduce((sum, { weight }) => sum + weight, 0));
    expect(await eventTypes(api, runId, before.version)).toEqual([
      'gate.decided',
      'stage.reopened',
      'milestone.dropped',
      'milestone.completed',
    ]);
  });

  it('leads back to a fresh gate that can be passed', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    await decide(api, gateId, { decision: 'narrow', scope: { drop_milestones: ['risks_identified'] } });
    const again = accepted(await api.post(`/pipeline/${runId}/stages/thesis_defined/complete`));
    expect(again['open_gate_id']).not.toBe(gateId);
    const { run } = await decide(api, String(again['open_gate_id']), { decision: 'proceed' });
    expect(run.current_stage).toBe('validated_direction');
  });

  it('refuses to drop what is not there, what belongs to the gate, and everything', async () => {
    const { api } = service;
    const { gateId, run } = await standAtGate(api);
    const drop = (...keys: readonly string[]) =>
      api.post(`/gates/${gateId}/decision`, { decision: 'narrow', scope: { drop_milestones: keys } });
    expect((await drop('nope')).body).toMatchObject({ status: 404, code: 'milestone-not-found' });
    expect((await drop('gate_proceed')).body).toMatchObject({ status: 409, code: 'milestone-tied-to-gate' });
    expect(await readRun(api, run.id)).toEqual(run);
  });
});

describe('deciding to pivot', () => {
  it('goes back to the first stage and resets what was done since, but for the risks', async () => {
    const { api } = service;
    const { runId } = await standAtGate(api);
    await reachStage(api, runId, 'validated_direction');
    const path = `/pipeline/${runId}/stages/validated_direction`;
    accepted(await api.post(`${path}/risks`, { type: 'market', message: 'Crowded.' }));
    const risk = (await readStage(api, runId, 'validated_direction')).blocking_risks[0];
    accepted(await api.post(`${path}/risks/${String(risk?.id)}/dismiss`, { reason: 'Not in our town.' }));
    accepted(await api.post(`${path}/result`, { outcome: 'pass', score: 4 }));
    const before = await finishStage(api, runId, 'validated_direction');
    const { gate, run } = await decide(api, before.open_gate_id, { decision: 'pivot', reason: 'Nobody buys.' });

    expect(gate).toMatchObject({ decision: 'pivot', context: { to_stage: 'thesis_defined' } });
    expect(run).toMatchObject({
      current_stage: 'thesis_defined',
      stage_number: 1,
      progress_percent: 0,
      waiting_on: null,
    });
    expect(run.stage_progress).toMatchObject({ thesis_defined: 'in_progress', validated_direction: 'created' });
    const [first, second] = [
      await readStage(api, runId, 'thesis_defined'),
      await readStage(api, runId, 'validated_direction'),
    ];
    for (const stage of [first, second]) {
      expect(Object.values(stage.milestones).filter(({ completed }) => completed)).toEqual([]);
    }
    expect(second).toMatchObject({ state: 'created', result: null, entered_at: null, completed_at: null });
    expect(second.blocking_risks).toEqual([{ ...risk, dismissed: true }]);
    expect(await eventTypes(api, runId, before.version)).toEqual([
      'gate.decided',
      'stage.reset',
      'stage.reset',
      'stage.entered',
      'stage.started',
    ]);
  });

  it('goes back to the stage that is named, and brings its dropped milestones back', async () => {
    const { api } = service;
    const { runId } = await standAtGate(api);
    await reachStage(api, runId, 'validated_direction');
    const first = await finishStage(api, runId, 'validated_direction');
    const scope = { drop_milestones: ['direction_chosen'] };
    await decide(api, first.open_gate_id, { decision: 'narrow', scope });
    const again = accepted(await api.post(`/pipeline/${runId}/stages/validated_direction/complete`));
    const pivot = { decision: 'pivot', reason: 'Another town.', to_stage: 'validated_direction' };
    const { run } = await decide(api, String(again['open_gate_id']), pivot);
    expect(run.stage_progress).toMatchObject({ thesis_defined: 'gated', validated_direction: 'in_progress' });
    expect(run.progress_percent).toBe(25);
    expect(weightsOf(await readStage(api, runId, 'validated_direction'))).toEqual({
      direction_chosen: 25,
      validation_complete: 35,
      scope_narrowed: 20,
      gate_proceed: 20,
    });
  });

  it.each([
    ['a later stage', 'mvp_built', 409, 'illegal-transition'],
    ['a locked stage', 'growth', 409, 'stage-locked'],
    ['a stage that is not there', 'nope', 404, 'stage-not-found'],
  ])('refuses to go to %s', async (_name, stage, status, code) => {
    const { api } = service;
    const { gateId } = await standAtGate(api);
    const body = { decision: 'pivot', reason: 'Why not.', to_stage: stage };
    expect((await api.post(`/gates/${gateId}/decision`, body)).body).toMatchObject({ status, code });
  });
});

describe('deciding to park', () => {
  it('parks the run and its project until unparking asks afresh', async () => {
    const { api } = service;
    const { runId, projectId, gateId } = await standAtGate(api);
    const { run } = await decide(api, gateId, { decision: 'park', reason: 'Winter.' });
    expect(run).toMatchObject({
      status: 'parked',
      waiting_on: null,
      open_gate_id: null,
      current_stage: 'thesis_defined',
    });
    expect(run.stage_progress['thesis_defined']).toBe('completed');
    expect(accepted(await api.get(`/projects/${projectId}`))).toMatchObject({ status: 'parked', run_status: 'parked' });

    const unparked = accepted(await api.post(`/pipeline/${runId}/unpark`, { reason: 'Spring.' }));
    expect(unparked).toMatchObject({ status: 'running', waiting_on: 'gate', current_stage: 'thesis_defined' });
    expect(unparked['open_gate_id']).not.toBe(gateId);
    expect(accepted(await api.get(`/projects/${projectId}`))).toMatchObject({ status: 'active' });
    const passed = await decide(api, String(unparked['open_gate_id']), { decision: 'proceed' });
    expect(passed.run.current_stage).toBe('validated_direction');
    expect(accepted(await api.get(`/gates/${gateId}`))).toMatchObject({ status: 'decided', decision: 'park' });
  });
});
