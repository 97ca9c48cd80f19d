import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted, decide, readRun } from '../support/founder-walk.js';
import { layersOf, startPolicyService } from '../support/policy-service.js';

let service: Awaited<ReturnType<typeof startPolicyService>>;
beforeAll(async () => {
  service = await startPolicyService();
});
afterEach(async () => {
  accepted(await service.put('/gate-policy', {}));
});
afterAll(() => service.close());

describe('a stage that the policy wants approved', () => {
  it('ends at an approval on the terms of the policy, which says of each where it comes from', async () => {
    const { api } = service;
    const policy = {
      '*': { approvers: ['approver', 'Vera'], quorum: 2 },
      'trail/plain': { require_approval: true, expires_after_seconds: 3600, on_expiry: 'park', no_self_approval: true },
    };
    accepted(await service.put('/gate-policy', policy));
    const runId = await service.startRun();
    const run = await service.complete(runId, 'plain');
    expect(run).toMatchObject({ current_stage: 'plain', stage_progress: { plain: 'completed' } });
    const gate = accepted(await api.get(`/gates/${String(run.open_gate_id)}`));
    expect(gate).toMatchObject({
      gate_type: 'approval',
      status: 'pending',
      options: ['approve', 'send_back'],
      allowed_deciders: ['approver', 'Vera'],
      expires_at: expect.any(String),
    });
    const [plain] = await service.effective(runId);
    expect(plain?.open_gate).toMatchObject({
      gate_id: run.open_gate_id,
      gate_type: 'approval',
      changed_since: [],
      note: null,
    });
    expect(plain?.open_gate?.terms).toEqual(plain?.policy);
    expect(plain?.policy).toMatchObject({
      require_approval: { value: true, layer: 'global', rule: 'trail/plain' },
      approvers: { value: ['approver', 'Vera'], layer: 'global', rule: '*' },
      quorum: { value: 2, layer: 'global', rule: '*' },
      no_self_approval: { value: true, layer: 'global', rule: 'trail/plain' },
      expires_after_seconds: { value: 3600, layer: 'global', rule: 'trail/plain' },
      on_expiry: { value: 'park', layer: 'global', rule: 'trail/plain' },
      escalate_to: { value: ['admin'], layer: 'default', rule: null },
      remind_before_seconds: { value: null, layer: 'default', rule: null },
    });
  });

  it('keeps its gate as it opened when the policy changes, which says so; the next one is of the new policy', async () => {
    const { api } = service;
    accepted(await service.put('/gate-policy', { plain: { require_approval: true, quorum: 2 } }));
    const [open, next] = [await service.startRun(), await service.startRun()];
    const { open_gate_id: gateId } = await service.complete(open, 'plain');
    const before = accepted(await api.get(`/gates/${String(gateId)}`));

    const changed = accepted(
      await service.put('/gate-policy', { plain: { require_approval: true, approvers: ['admin'] } }),
    );
    expect(changed).toMatchObject({ open_gates: expect.any(Number), note: expect.stringContaining('opened with') });
    expect(changed['open_gates']).toBeGreaterThanOrEqual(1);
    expect(accepted(await api.get(`/gates/${String(gateId)}`))).toEqual(before);
    const [plain] = await service.effective(open);
    expect(plain?.policy).toMatchObject({ quorum: { value: 1 }, approvers: { value: ['admin'] } });
    expect(plain?.open_gate).toMatchObject({
      terms: { quorum: { value: 2, layer: 'global', rule: 'plain' }, approvers: { value: ['approver'] } },
      changed_since: ['approvers', 'quorum'],
      note: 'This gate keeps the terms it opened with. The policy says otherwise by now of approvers, quorum: that holds for the next one.',
    });

    const { open_gate_id: nextId } = await service.complete(next, 'plain');
    expect(accepted(await api.get(`/gates/${String(nextId)}`))).toMatchObject({ allowed_deciders: ['admin'] });

    accepted(await service.put('/gate-policy', {}));
    expect(await readRun(api, open)).toMatchObject({ open_gate_id: gateId });
    expect((await service.effective(open))[0]?.open_gate?.changed_since).toContain('require_approval');
    const third = await service.startRun();
    expect(await service.complete(third, 'plain')).toMatchObject({ current_stage: 'decided', open_gate_id: null });
  });

  it('is approved first and decided then, where its template has a decision', async () => {
    const { api } = service;
    const runId = await service.startRun();
    await service.complete(runId, 'plain');
    accepted(await service.put('/gate-policy', { decided: { require_approval: true } }));
    const completed = await service.complete(runId, 'decided');
    expect(accepted(await api.get(`/gates/${String(completed.open_gate_id)}`))).toMatchObject({
      gate_type: 'approval',
    });
    const { run } = await decide(api, completed.open_gate_id, { decision: 'approve' });
    expect(run).toMatchObject({ current_stage: 'decided', status: 'running' });
    expect(run.open_gate_id).not.toBe(completed.open_gate_id);
    expect(accepted(await api.get(`/gates/${String(run.open_gate_id)}`))).toMatchObject({ gate_type: 'decision' });
    const [, decided] = await service.effective(runId);
    expect(decided).toMatchObject({ approved: true, open_gate: { gate_type: 'decision', terms: null, note: null } });
    const after = await decide(api, run.open_gate_id, { decision: 'proceed' });
    expect(after.run).toMatchObject({ current_stage: 'approved', stage_progress: { decided: 'gated' } });
  });

  it('is decided without, where its decision was open already', async () => {
    const { api } = service;
    const runId = await service.startRun();
    await service.complete(runId, 'plain');
    const { open_gate_id: gateId } = await service.complete(runId, 'decided');
    accepted(await service.put('/gate-policy', { '*': { require_approval: true } }));
    const [, decided] = await service.effective(runId);
    expect(decided?.open_gate).toMatchObject({
      gate_type: 'decision',
      note: expect.stringContaining('stays as it is'),
    });
    const { run } = await decide(api, gateId, { decision: 'proceed' });
    expect(run).toMatchObject({ current_stage: 'approved', open_gate_id: null });
  });
});

describe('the layers of a run', () => {
  it('are the template’s, the tenant’s and the project’s, and the later ones have the word', async () => {
    const { newProject, startRun, put, effective } = service;
    const projectId = await newProject();
    const runId = await startRun(projectId);
    const approved = async () => (await effective(runId)).find(({ stage }) => stage === 'approved')?.policy;
    expect(layersOf(await approved())).toMatchObject({
      require_approval: 'template',
      approvers: 'template',
      on_expiry: 'default',
    });
    accepted(
      await put('/gate-policy', { approved: { require_approval: false, approvers: ['admin'], on_expiry: 'park' } }),
    );
    expect(await approved()).toMatchObject({
      require_approval: { value: false, layer: 'global' },
      quorum: { layer: 'template' },
    });
    const path = `/projects/${projectId}/gate-policy`;
    accepted(await put(path, { '*': { require_approval: true, quorum: 2 } }));
    expect(await approved()).toMatchObject({
      require_approval: { value: true, layer: 'project', rule: '*' },
      approvers: { value: ['admin'], layer: 'global', rule: 'approved' },
      quorum: { value: 2, layer: 'project' },
    });
    expect(accepted(await service.api.get(path))).toMatchObject({ project_id: projectId, version: 1 });
    expect((await effective(await startRun(await newProject())))[0]?.policy).toMatchObject({
      quorum: { layer: 'default' },
    });
  });

  it('end with the manual review of the project, which asks for an approval everywhere and can be changed', async () => {
    const { api, newProject, startRun, put, complete } = service;
    const projectId = await newProject({ require_manual_review: true });
    const path = `/projects/${projectId}/gate-policy`;
    accepted(await put(path, { '*': { require_approval: false, approvers: ['operator'] } }));
    const runId = await startRun(projectId);
    const review = (await service.effective(runId)).map(({ policy }) => policy['require_approval']);
    expect(review).toEqual(review.map(() => ({ value: true, layer: 'manual_review', rule: null })));
    const first = await complete(runId, 'plain');
    await decide(api, first.open_gate_id, { decision: 'approve' });
    const second = await complete(runId, 'decided');
    expect(accepted(await api.get(`/gates/${String(second.open_gate_id)}`))).toMatchObject({ gate_type: 'approval' });
    const change = { require_manual_review: false, reason: 'They know what they do.' };
    expect(
      accepted(await api.send('PATCH', `/projects/${projectId}?dry_run=true`, { body: change }))['project'],
    ).toMatchObject({ open_gates: 1, note: expect.stringMatching(/^1 open approval keeps the terms it opened with/) });
    const decision = (await decide(api, second.open_gate_id, { decision: 'approve' })).run.open_gate_id;
    await decide(api, decision, { decision: 'proceed' });

    const changed = await api.send('PATCH', `/projects/${projectId}`, { body: change });
    expect(changed.headers.get('etag')).toBe('"2"');
    expect(accepted(changed)).toMatchObject({
      require_manual_review: false,
      version: 2,
      run_id: runId,
      stage_number: 3,
    });
    expect(accepted(await api.send('PATCH', `/projects/${projectId}`, { body: change }))).toMatchObject({ version: 2 });
    const read = await api.get(`/projects/${projectId}`);
    expect(read.headers.get('etag')).toBe('"2"');
    const { open_gates: openGates, note, ...project } = changed.body;
    expect([openGates, note]).toEqual([0, expect.stringMatching(/^No approval is open/)]);
    expect(read.body).toEqual(project);
    expect(await complete(runId, 'approved')).toMatchObject({ status: 'completed' });
  });
});
