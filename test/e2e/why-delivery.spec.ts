import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBackstage } from '../support/backstage.js';
import { accepted } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';

type Why = Readonly<{
  waits_for: string;
  stage: string;
  since: string;
  changes_at: string | null;
  summary: string;
  others: number;
  rule?: Readonly<{ code: string; example: object | null }>;
  gate?: Readonly<{ id: string; expires_at: string | null }>;
  unblock: readonly Readonly<{ path?: string }>[];
}>;

const approval = {
  gate_type: 'approval',
  options: ['approve', 'send_back'],
  decided_by: ['approver'],
  quorum: 2,
  expires_after_seconds: 600,
} as const;

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
  const backstage = await openBackstage(service.connection);
  const stage = { key: 'draft', name: 'Draft', auto_start: true, milestones: {}, exit_criteria: [], gate: approval };
  await backstage.publish({ key: 'approved', name: 'Approved', stages: [stage] });
  await backstage.close();
});
afterAll(() => service.close());

const why = async (runId: string): Promise<Why> => accepted(await service.api.get<Why>(`/pipeline/${runId}/why`));
const as = async (name: string, ...roles: readonly string[]) =>
  service.api.as(await keyFor(service.api, { roles, actor_id: name, name }));

describe('why a delivery is not moving', () => {
  it('is told by its contract, whose examples have it go on', async () => {
    const { api } = service;
    const project = accepted(await api.post<{ id: string }>('/projects', { name: 'Web shop' }));
    const asked = { project_id: project.id, template: 'delivery' };
    const { id } = accepted(await api.post<{ id: string }>('/pipeline/start', asked));
    const seen: string[] = [];
    for (let told = await why(id); told.waits_for === 'rule'; told = await why(id)) {
      seen.push(`${told.stage}: ${String(told.rule?.code)}`);
      expect(seen.length).toBeLessThan(10);
      accepted(
        await api.post(String(told.unblock[0]?.path), { facts: told.rule?.example, trigger: 'onboarding_saved' }),
      );
    }
    expect(seen).toEqual([
      '0_sales: contract-signed',
      '0_sales: deposit-paid',
      '1_onboarding: onboarding-complete',
      '1_onboarding: assets-uploaded',
      '2_assignment: assignee',
    ]);
    expect(await why(id)).toMatchObject({
      waits_for: 'job',
      stage: '3_build',
      job: { node: 'work', handler: 'builder', status: 'QUEUED' },
      others: 1,
    });
  });
});

describe('why an approval is not there', () => {
  it('is told by who has voted, in whose stead, until when', async () => {
    const [olu, ann, bea] = [await as('olu', 'operator'), await as('ann', 'approver'), await as('bea', 'approver')];
    const { id } = accepted(await olu.post<{ id: string }>('/pipeline/start', { template: 'approved' }));
    accepted(await olu.post(`/pipeline/${id}/stages/draft/complete`));
    const before = await why(id);
    expect(before).toMatchObject({ waits_for: 'approval', gate: { quorum: 2, missing_approvals: 2, votes: [] } });
    const gate = `/gates/${String(before.gate?.id)}`;
    accepted(await ann.post(`${gate}/delegate`, { to: 'cy', reason: 'I am away.' }));
    accepted(await bea.post(`${gate}/extend`, { seconds: 7200, reason: 'It is a weekend.' }));
    accepted(await bea.post(`${gate}/decision`, { decision: 'approve', reason: 'It is sound.' }));
    const told = await why(id);
    expect(told).toMatchObject({
      waits_for: 'approval',
      since: before.since,
      summary: 'Stage "Draft" waits for 1 of 2 approvals, by approver.',
      gate: {
        missing_approvals: 1,
        votes: [{ actor_id: 'bea', vote: 'approve', reason: 'It is sound.' }],
        delegations: [{ from: 'ann', to: 'cy', reason: 'I am away.' }],
      },
    });
    expect(told.gate?.expires_at).toBe(told.changes_at);
    expect(String(told.changes_at) > String(before.changes_at)).toBe(true);
    const cy = await as('cy', 'approver');
    accepted(await cy.post(String(told.unblock[0]?.path), { decision: 'approve' }));
    expect(await why(id)).toMatchObject({ waits_for: 'nothing', ended: { outcome: 'completed' } });
  });
});
