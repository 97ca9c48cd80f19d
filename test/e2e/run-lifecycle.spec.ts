import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRunService } from '../support/run-service.js';
import { accepted, finishStage, readRun, standAtGate } from '../support/founder-walk.js';
import { keyFor } from '../support/service.js';

let service: Awaited<ReturnType<typeof startRunService>>;
beforeAll(async () => {
  service = await startRunService();
});
afterAll(() => service.close());

describe('a parked run', () => {
  it('refuses every command but unparking and cancelling, and can be read', async () => {
    const { api } = service;
    const { runId, path, stage } = await service.startRun();
    const parked = accepted(await api.post(`${path}/park`, { reason: 'Winter.' }));
    expect(parked).toMatchObject({ status: 'parked' });
    expect(accepted(await api.post(`${path}/park`, { reason: 'Still.' }))).toEqual(parked);
    const commands: readonly (readonly [string, object?])[] = [
      [`${stage}/start`],
      [`${stage}/complete`],
      [`${stage}/milestones/brief_generated/complete`],
      [`${stage}/milestones/brief_generated/reopen`],
      [`${stage}/criteria/any/meet`],
      [`${stage}/criteria/any/unmeet`],
      [`${stage}/risks`, { type: 'law', message: 'A permit.' }],
      [`${stage}/risks/${runId}/dismiss`, { reason: 'Gone.' }],
      [`${stage}/focus`, { focus: ['Rest.'] }],
      [`${stage}/result`, { outcome: 'fail' }],
      [`${path}/facts`, { facts: { cold: true }, trigger: 'weather' }],
      [`${path}/advance`],
      [`${path}/resume`, { reason: 'Again.' }],
    ];
    for (const [route, body] of commands) {
      const { status, body: problem } = await api.post(route, body);
      expect({ route, status, code: problem['code'] }).toEqual({ route, status: 409, code: 'run-parked' });
    }
    expect(await readRun(api, runId)).toEqual(parked);
    expect((await api.get(`${path}/readiness`)).status).toBe(200);
    expect((await api.get(`${path}/actions`)).status).toBe(200);
    const back = accepted(await api.post(`${path}/unpark`, { reason: 'Spring.' }));
    expect(back).toMatchObject({ status: 'running', current_stage: 'thesis_defined', open_gate_id: null });
  });

  it('supersedes an open gate, and opens a fresh one when it is back', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    accepted(await api.post(`/pipeline/${runId}/park`, { reason: 'Winter.' }));
    const back = accepted(await api.post(`/pipeline/${runId}/unpark`, { reason: 'Spring.' }));
    expect(back).toMatchObject({ status: 'running', waiting_on: 'gate' });
    expect(back['open_gate_id']).not.toBe(gateId);
  });
});

describe('a cancelled run', () => {
  it('takes no further command, and ends with the outcome it was given', async () => {
    const { api } = service;
    const { runId, path, stage } = await service.startRun();
    const body = { reason: 'Sold.', outcome: 'acquired' };
    const cancelled = accepted(await api.post(`${path}/cancel`, body));
    expect(cancelled).toMatchObject({ status: 'cancelled', outcome: 'acquired', waiting_on: null, open_gate_id: null });
    expect(accepted(await api.post(`${path}/cancel`, body))).toEqual(cancelled);
    for (const route of [`${stage}/complete`, `${path}/advance`, `${stage}/milestones/brief_generated/complete`]) {
      expect((await api.post(route)).body).toMatchObject({ status: 409, code: 'run-closed' });
    }
    for (const route of [`${path}/park`, `${path}/unpark`]) {
      expect((await api.post(route, { reason: 'Late.' })).body).toMatchObject({ status: 409, code: 'run-closed' });
    }
    expect((await api.post(`${path}/resume`, { reason: 'Again.' })).body).toMatchObject({
      status: 409,
      code: 'illegal-transition',
      legal: [],
    });
    expect(await readRun(api, runId)).toEqual(cancelled);
  });

  it('may have been parked, or at a gate', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    accepted(await api.post(`/pipeline/${runId}/cancel`, { reason: 'Sold.' }));
    expect(accepted(await api.get(`/gates/${gateId}`))).toMatchObject({ status: 'superseded' });
    const { path } = await service.startRun();
    accepted(await api.post(`${path}/park`, { reason: 'Winter.' }));
    expect(accepted(await api.post(`${path}/cancel`, { reason: 'Sold.' }))).toMatchObject({ status: 'cancelled' });
  });
});

describe('the actions of a caller', () => {
  it('say what is possible now, with its address, and why the rest is not', async () => {
    const { api } = service;
    const { path, stage } = await service.startRun();
    type Actions = {
      items: readonly { action: string; target?: string; path: string; allowed: boolean; refusal?: unknown }[];
    };
    const { items } = accepted(await api.get<Actions>(`${path}/actions`));
    const find = (action: string, target?: string) =>
      items.find((each) => each.action === action && each.target === target);
    expect(find('complete_milestone', 'brief_generated')).toMatchObject({
      allowed: true,
      path: `${stage}/milestones/brief_generated/complete`,
    });
    expect(find('complete_stage', 'thesis_defined')).toMatchObject({
      allowed: false,
      refusal: { code: 'stage-not-ready' },
    });
    for (const { path: route, allowed } of items.filter((each) => each.action.endsWith('_milestone'))) {
      expect((await api.post(`${route}?dry_run=true`)).status === 200).toBe(allowed);
    }
  });

  it('at a gate include its options, for those who may decide', async () => {
    const { api } = service;
    const { runId } = await standAtGate(api);
    type Actions = { items: readonly { action: string; target?: string; allowed: boolean }[] };
    const optionsFor = async (key: string | null) => {
      const { items } = accepted(await api.as(key).get<Actions>(`/pipeline/${runId}/actions`));
      return items.filter(({ action }) => action === 'decide_gate').map(({ target, allowed }) => [target, allowed]);
    };
    const all = ['proceed', 'narrow', 'pivot', 'park'];
    expect(await optionsFor(api.key)).toEqual(all.map((option) => [option, true]));
    const operator = await keyFor(api, { roles: ['operator'] });
    expect(await optionsFor(operator)).toEqual(all.map((option) => [option, false]));
  });
});

describe('a command on a run', () => {
  it.each([
    [
      'a run that is not there',
      '/pipeline/00000000-0000-7000-8000-00000000dead/stages/thesis_defined/start',
      'run-not-found',
      404,
    ],
    ['a stage that is not there', 'stages/nope/start', 'stage-not-found', 404],
    ['a locked stage', 'stages/growth/start', 'stage-locked', 409],
    ['a milestone that is not there', 'stages/thesis_defined/milestones/nope/complete', 'milestone-not-found', 404],
    ['a stage the run does not stand at', 'stages/mvp_built/complete', 'illegal-transition', 409],
  ])('is refused for %s', async (_name, route, code, status) => {
    const { path } = await service.startRun();
    const { body } = await service.api.post(route.startsWith('/') ? route : `${path}/${route}`);
    expect(body).toMatchObject({ status, code });
  });

  it('changes nothing once the run has gone through', async () => {
    const { api } = service;
    const { runId } = await service.startChecked();
    for (const stage of ['draft', 'ship']) {
      const path = `/pipeline/${runId}/stages/${stage}`;
      accepted(await api.post(`${path}/start`));
      accepted(await api.post(`${path}/criteria/sourced/meet`));
      await finishStage(api, runId, stage);
    }
    const done = await readRun(api, runId);
    expect(done).toMatchObject({ status: 'completed', progress_percent: 100 });
    const { body } = await api.post(`/pipeline/${runId}/stages/ship/criteria/sourced/unmeet`);
    expect(body).toMatchObject({ status: 409, code: 'run-closed' });
    expect(await readRun(api, runId)).toEqual(done);
  });
});
