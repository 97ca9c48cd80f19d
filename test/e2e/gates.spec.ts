import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBackstage, type Backstage } from '../support/backstage.js';
import { accepted, decide, eventTypes, readRun, standAtGate } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';
import { until } from '../support/wait.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

describe('reading a gate', () => {
  it('shows what there is to judge by, as of the run version it names', async () => {
    const { api } = service;
    const { runId, gateId, run } = await standAtGate(api);
    const { body, headers, status } = await api.get(`/gates/${gateId}`);
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe(`"${String(run.version)}"`);
    expect(body).toMatchObject({
      id: gateId,
      run_id: runId,
      stage: 'thesis_defined',
      stage_number: 1,
      gate_type: 'decision',
      status: 'pending',
      options: ['proceed', 'narrow', 'pivot', 'park'],
      decision: null,
      decided_by: null,
      decided_at: null,
      expires_at: null,
      votes: [],
      evidence: {
        milestones: {
          brief_generated: { weight: 40, completed: true },
          gate_proceed: { weight: 30, completed: false },
        },
        exit_criteria: [],
        open_risks: [],
        progress_percent: 70,
        result: null,
      },
    });
  });

  it('shows evidence that came after it opened, and keeps it as it was when it closed', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    accepted(await api.post(`/pipeline/${runId}/stages/thesis_defined/risks`, { type: 'law', message: 'A permit.' }));
    const open = await api.get(`/gates/${gateId}`);
    expect(open.body['evidence']).toMatchObject({ open_risks: [{ type: 'law', message: 'A permit.' }] });
    expect(open.headers.get('etag')).toBe(`"${String((await readRun(api, runId)).version)}"`);
    await decide(api, gateId, { decision: 'proceed' });
    expect((await api.get(`/gates/${gateId}`)).body['evidence']).toEqual(open.body['evidence']);
  });

  it('is refused where there is none', async () => {
    const { status, body } = await service.api.get('/gates/00000000-0000-7000-8000-000000000000');
    expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'gate-not-found' });
  });
});

describe('listing gates', () => {
  it('narrows to a run, a stage, a type and a status', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    const listed = async (query: string) => {
      const { items } = accepted(
        await api.get<{ items: readonly { id: string }[] }>(`/gates?run_id=${runId}&${query}`),
      );
      return items.map(({ id }) => id);
    };
    expect(await listed('status=pending&gate_type=decision&stage=thesis_defined')).toEqual([gateId]);
    expect(await listed('status=decided')).toEqual([]);
    expect(await listed('stage=mvp_built')).toEqual([]);
    expect(await listed('gate_type=approval')).toEqual([]);
    await decide(api, gateId, { decision: 'proceed' });
    expect(await listed('status=pending')).toEqual([]);
    expect(await listed('status=decided')).toEqual([gateId]);
  });
});

describe('a decision', () => {
  it('sent twice is the same answer, even when the run has moved on', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    const first = await decide(api, gateId, { decision: 'proceed' });
    expect(await decide(api, gateId, { decision: 'proceed' })).toEqual(first);
    const path = `/pipeline/${runId}/stages/validated_direction/milestones/direction_chosen/complete`;
    accepted(await api.post(path));
    const late = await decide(api, gateId, { decision: 'proceed' });
    expect(late.gate).toEqual(first.gate);
    expect(late.run).toEqual(await readRun(api, runId));
  });

  it('is not changed by another', async () => {
    const { api } = service;
    const { gateId } = await standAtGate(api);
    await decide(api, gateId, { decision: 'proceed' });
    const { status, body } = await api.post(`/gates/${gateId}/decision`, { decision: 'park', reason: 'Late.' });
    expect({ status, ...body }).toMatchObject({ status: 409, code: 'gate-already-decided', decision: 'proceed' });
  });

  it.each(['pivot', 'park'])('to %s takes a reason', async (decision) => {
    const { api } = service;
    const { gateId, run } = await standAtGate(api);
    const { status, body } = await api.post(`/gates/${gateId}/decision`, { decision });
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'reason-required' });
    expect(await readRun(api, run.id)).toEqual(run);
  });

  it('takes one of those whom the template names', async () => {
    const { api } = service;
    const { gateId } = await standAtGate(api);
    const operator = api.as(await keyFor(api, { roles: ['operator'] }));
    const refused = await operator.post(`/gates/${gateId}/decision`, { decision: 'proceed' });
    expect(refused.body).toMatchObject({ status: 403, code: 'not-a-decider', decided_by: ['founder', 'approver'] });
    const founder = api.as(await keyFor(api, { roles: ['operator'], actor_type: 'founder', actor_id: 'ada' }));
    const { gate } = await decide(founder, gateId, { decision: 'proceed' });
    expect(gate['decided_by']).toEqual({ actor_type: 'founder', actor_id: 'ada' });
  });

  it('may come from an approver', async () => {
    const { api } = service;
    const { gateId } = await standAtGate(api);
    const approver = api.as(await keyFor(api, { roles: ['approver'], actor_id: 'vera' }));
    expect((await decide(approver, gateId, { decision: 'proceed' })).gate['decided_by']).toMatchObject({
      actor_id: 'vera',
    });
  });

  it('comes too late for a gate that parking the run has superseded', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    accepted(await api.post(`/pipeline/${runId}/park`, { reason: 'Holiday.' }));
    const { body } = await api.post(`/gates/${gateId}/decision`, { decision: 'proceed' });
    expect(body).toMatchObject({ status: 409, code: 'gate-not-pending' });
    expect(accepted(await api.get(`/gates/${gateId}`))).toMatchObject({ status: 'superseded' });
  });

  it('is refused as stale when the run has moved on since the gate was read', async () => {
    const { api } = service;
    const { runId, gateId } = await standAtGate(api);
    const etag = String((await api.get(`/gates/${gateId}`)).headers.get('etag'));
    accepted(await api.post(`/pipeline/${runId}/stages/thesis_defined/risks`, { type: 'law', message: 'A permit.' }));
    const path = `/gates/${gateId}/decision`;
    const stale = await api.post(path, { decision: 'proceed' }, { headers: { 'if-match': etag } });
    expect(stale.body).toMatchObject({
      status: 412,
      code: 'stale-version',
      intervening: [{ event_type: 'risk.raised' }],
    });
    const fresh = String((await api.get(`/gates/${gateId}`)).headers.get('etag'));
    const decided = await api.post(path, { decision: 'proceed' }, { headers: { 'if-match': fresh } });
    expect(decided.status).toBe(200);
    expect(decided.headers.get('etag')).toBe(`"${String((await readRun(api, runId)).version)}"`);
  });
});

describe('a gate with an end', () => {
  const gate = {
    gate_type: 'decision',
    options: ['proceed', 'park'],
    decided_by: ['approver'],
    expires_after_seconds: 1,
  } as const;
  const stage = { key: 'only', name: 'Only', auto_start: true, milestones: {}, exit_criteria: [] } as const;

  it.each([
    ['remain', { status: 'running', waiting_on: 'gate', open_gate_id: null }, ['gate.expired']],
    ['park', { status: 'parked', waiting_on: null, open_gate_id: null }, ['gate.expired', 'pipeline_run.parked']],
    ['escalate', { status: 'running', waiting_on: 'gate' }, ['gate.expired', 'gate.opened']],
  ] as const)('does what its template says when nobody decides: %s', async (onExpiry, expected, types) => {
    const { api } = service;
    const key = `expiring-${onExpiry}`;
    const escalation = onExpiry === 'escalate' ? { escalate_to: ['operator'] } : {};
    const stages = [{ ...stage, gate: { ...gate, on_expiry: onExpiry, ...escalation } }];
    await backstage.publish({ key, name: key, stages });
    const { id: runId } = accepted(await api.post<{ id: string }>('/pipeline/start', { template: key }));
    const opened = accepted(await api.post(`/pipeline/${runId}/stages/only/complete`));
    const gateId = String(opened['open_gate_id']);
    expect(accepted(await api.get(`/gates/${gateId}`))['expires_at']).toEqual(expect.any(String));
    await until('the gate expires', async () => (await api.get(`/gates/${gateId}`)).body['status'] === 'expired');

    expect(await readRun(api, runId)).toMatchObject(expected);
    expect(await eventTypes(api, runId, Number(opened['version']))).toEqual(types);
    const { body } = await api.post(`/gates/${gateId}/decision`, { decision: 'proceed' });
    expect(body).toMatchObject({ status: 409, code: 'gate-not-pending' });
    const { items } = accepted(await api.get<{ items: readonly object[] }>(`/gates?run_id=${runId}&status=pending`));
    expect(items).toHaveLength(onExpiry === 'escalate' ? 1 : 0);
    const timeline = accepted(await api.get<{ items: readonly object[] }>(`/pipeline/${runId}/timeline`));
    expect(timeline.items).toContainEqual(
      expect.objectContaining({ event_type: 'gate.expired', actor_type: 'system', actor_id: 'timers' }),
    );
  });

  it('opens anew when its stage is completed again', async () => {
    const { api } = service;
    const key = 'expiring-again';
    await backstage.publish({ key, name: key, stages: [{ ...stage, gate }] });
    const { id: runId } = accepted(await api.post<{ id: string }>('/pipeline/start', { template: key }));
    const path = `/pipeline/${runId}/stages/only/complete`;
    const first = String(accepted(await api.post(path))['open_gate_id']);
    await until('the gate expires', async () => (await api.get(`/gates/${first}`)).body['status'] === 'expired');
    const second = String(accepted(await api.post(path))['open_gate_id']);
    expect(second).not.toBe(first);
    expect((await decide(api, second, { decision: 'proceed' })).run.status).toBe('completed');
  });
});
