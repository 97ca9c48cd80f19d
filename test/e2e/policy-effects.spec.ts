import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accepted, decide } from '../support/founder-walk.js';
import { type Sourced, startPolicyService } from '../support/policy-service.js';

let service: Awaited<ReturnType<typeof startPolicyService>>;
beforeAll(async () => {
  service = await startPolicyService();
});
beforeEach(async () => {
  accepted(await service.put('/gate-policy', {}));
  const { items } = accepted(
    await service.api.get<{ items: readonly { id: string; status: string }[] }>('/pipeline?limit=200'),
  );
  const open = items.filter(({ status }) => status === 'running' || status === 'parked');
  for (const { id } of open) accepted(await service.api.post(`/pipeline/${id}/cancel`, { reason: 'Enough.' }));
});
afterAll(() => service.close());

type Effects = Readonly<{
  open_runs: number;
  affected_runs: number;
  stages: Readonly<Record<string, number>>;
  items: readonly Readonly<{
    run_id: string;
    stage: string;
    effect: string;
    before: Readonly<Record<string, Sourced>>;
    after: Readonly<Record<string, Sourced>>;
  }>[];
}>;

const none = { newly_required: 0, no_longer_required: 0, other_terms: 0 } as const;
const asked = async (path: string, policy: object) =>
  accepted(await service.put(`${path}?dry_run=true`, policy))['effects'] as Effects;
const listed = ({ items }: Effects) => items.map(({ run_id: run, stage, effect }) => [run, stage, effect]);

describe('a dry run of a change of the policy', () => {
  it('lists the stages of open runs, where they stand and to come, that would need an approval, and stores nothing', async () => {
    const { api, startRun, complete } = service;
    const [first, second] = [await startRun(), await startRun()];
    await complete(second, 'plain');
    const effects = await asked('/gate-policy', { '*': { require_approval: true, quorum: 2 } });
    expect(listed(effects)).toEqual([
      [first, 'plain', 'newly_required'],
      [first, 'decided', 'newly_required'],
      [first, 'approved', 'other_terms'],
      [second, 'decided', 'newly_required'],
      [second, 'approved', 'other_terms'],
    ]);
    expect(effects).toMatchObject({
      open_runs: 2,
      affected_runs: 2,
      stages: { newly_required: 3, no_longer_required: 0, other_terms: 2 },
    });
    expect(effects.items[2]).toMatchObject({
      before: { require_approval: { value: true, layer: 'template' }, quorum: { value: 1, layer: 'template' } },
      after: { require_approval: { value: true, layer: 'global' }, quorum: { value: 2, layer: 'global', rule: '*' } },
    });
    expect(accepted(await api.get('/gate-policy'))).toMatchObject({ policy: {} });
    expect(await complete(first, 'plain')).toMatchObject({ current_stage: 'decided' });
  });

  it('lists those that would need none any more', async () => {
    const runId = await service.startRun();
    expect(listed(await asked('/gate-policy', { approved: { require_approval: false } }))).toEqual([
      [runId, 'approved', 'no_longer_required'],
    ]);
  });

  it('leaves out what comes to the same, and whatever nobody has to approve', async () => {
    await service.startRun();
    const effects = await asked('/gate-policy', {
      approved: { require_approval: true, quorum: 1 },
      plain: { quorum: 3, approvers: ['admin'] },
      'other/decided': { require_approval: true },
    });
    expect(effects).toEqual({ open_runs: 1, affected_runs: 0, stages: none, items: [] });
  });

  it('leaves out a gate that is open, and counts the next one where it lapsed or the run is parked', async () => {
    const { api, startRun, complete } = service;
    accepted(await service.put('/gate-policy', { plain: { require_approval: true } }));
    const runId = await startRun();
    await complete(runId, 'plain');
    const body = accepted(await service.put('/gate-policy?dry_run=true', {}));
    expect(body).toMatchObject({ gate_policy: { open_gates: 1 }, effects: { affected_runs: 0 } });
    accepted(await api.post(`/pipeline/${runId}/park`, { reason: 'Summer.' }));
    expect(listed(await asked('/gate-policy', {}))).toEqual([[runId, 'plain', 'no_longer_required']]);
  });

  it('knows the projects that have it otherwise', async () => {
    const { api, newProject, startRun } = service;
    const [lax, strict, plain] = [
      await newProject(),
      await newProject({ require_manual_review: true }),
      await newProject(),
    ];
    accepted(await service.put(`/projects/${lax}/gate-policy`, { '*': { require_approval: false } }));
    await startRun(lax);
    const [reviewed, free] = [await startRun(strict), await startRun(plain)];
    const policy = { plain: { require_approval: true, approvers: ['admin'] } };
    expect(listed(await asked('/gate-policy', policy))).toEqual([
      [reviewed, 'plain', 'other_terms'],
      [free, 'plain', 'newly_required'],
    ]);
    expect(await asked(`/projects/${plain}/gate-policy`, policy)).toMatchObject({ open_runs: 1, affected_runs: 1 });
    expect(listed(await asked(`/projects/${lax}/gate-policy`, {}))).toEqual([
      [expect.any(String), 'approved', 'newly_required'],
    ]);
    const patch = { body: { require_manual_review: false } };
    const { effects } = accepted(await api.send('PATCH', `/projects/${strict}?dry_run=true`, patch));
    expect(listed(effects as Effects)).toEqual([
      [reviewed, 'plain', 'no_longer_required'],
      [reviewed, 'decided', 'no_longer_required'],
    ]);
  });

  it('looks at no run that is over, and at nobody else’s', async () => {
    const { api, backstage, startRun, complete } = service;
    const runId = await startRun();
    await complete(runId, 'plain');
    await decide(api, (await complete(runId, 'decided')).open_gate_id, { decision: 'proceed' });
    await decide(api, (await complete(runId, 'approved')).open_gate_id, { decision: 'approve' });
    await startRun();
    expect(await asked('/gate-policy', { '*': { require_approval: true } })).toMatchObject({ open_runs: 1 });
    const theirs = api.as(await backstage.keyIn('00000000-0000-7000-8000-0000000000bb', 'admin'));
    const answer = await theirs.send('PUT', '/gate-policy?dry_run=true', {
      body: { '*': { quorum: 2, require_approval: true } },
    });
    expect(accepted(answer)).toMatchObject({ effects: { open_runs: 0, items: [] } });
  });

  it('counts all of many and lists the first hundred', async () => {
    const runIds = [];
    for (let count = 0; count < 60; count += 1) runIds.push(await service.startRun());
    const effects = await asked('/gate-policy', { '*': { require_approval: true } });
    expect(effects).toMatchObject({ open_runs: 60, affected_runs: 60, stages: { ...none, newly_required: 120 } });
    expect(effects.items).toHaveLength(100);
    expect(new Set(effects.items.map(({ run_id: id }) => id))).toEqual(new Set(runIds.slice(0, 50)));
  });
});
