import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { type GateBody, approvers, publishApproval, standAtApproval } from '../support/approval-walk.js';
import { accepted, decide, eventTypes, readRun, readStage } from '../support/founder-walk.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { keyFor, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let ann: ApiClient;
let bob: ApiClient;
let writer: ApiClient;
beforeAll(async () => {
  service = await startDocumentedService();
  const { api } = service;
  [ann, bob] = (await approvers(api, 'ann', 'bob')) as [ApiClient, ApiClient];
  writer = api.as(await keyFor(api, { roles: ['operator', 'approver'], actor_id: 'wim', name: 'desk' }));
  await publishApproval(api, 'press', { quorum: 2, no_self_approval: true });
  await publishApproval(api, 'clocked', { expires_after_seconds: 3600, decided_by: ['approver', 'bob', 'desk'] });
});
afterAll(() => service.close());

const gateOf = async (api: ApiClient, id: string): Promise<GateBody> =>
  accepted(await api.get<GateBody>(`/gates/${id}`));
const listed = async (api: ApiClient, query: string): Promise<readonly GateBody[]> =>
  accepted(await api.get<{ items: readonly GateBody[] }>(`/gates?limit=200&${query}`)).items;

describe('an approval over HTTP', () => {
  it('shows what there is to decide by, to whom', async () => {
    const { runId, gateId } = await standAtApproval(service.api, 'press', writer, 'Kites');
    expect(await readRun(service.api, runId)).toMatchObject({ waiting_on: 'approval', open_gate_id: gateId });
    expect(await gateOf(ann, gateId)).toMatchObject({
      gate_type: 'approval',
      status: 'pending',
      options: ['approve', 'send_back'],
      template: { key: 'press', version: 1, name: 'Press release' },
      subject: { type: 'project' },
      project_name: 'Kites',
      stage: 'writing',
      stage_name: 'Writing',
      quorum: 2,
      missing_approvals: 2,
      excluded: ['wim'],
      required_by: 'template',
      policy: { quorum: { layer: 'template', rule: null }, on_expiry: { layer: 'default', rule: null } },
      caller: { may_decide: true, reason: null, voted: null, on_behalf_of: null },
    });
    expect((await gateOf(writer, gateId)).caller).toMatchObject({
      may_decide: false,
      reason: { code: 'self-approval' },
    });
    const viewer = service.api.as(await keyFor(service.api, { roles: ['viewer'], actor_id: 'vic' }));
    expect((await gateOf(viewer, gateId)).caller).toMatchObject({
      may_decide: false,
      reason: { code: 'not-a-decider' },
    });
  });

  it('is approved by as many as it takes', async () => {
    const { runId, gateId } = await standAtApproval(service.api, 'press', writer);
    const first = await decide(ann, gateId, { decision: 'approve', reason: 'Fine.' });
    expect(first.gate).toMatchObject({
      status: 'pending',
      missing_approvals: 1,
      votes: [{ actor_id: 'ann', vote: 'approve', on_behalf_of: null, reason: 'Fine.' }],
      caller: { may_decide: true, voted: 'approve' },
    });
    expect(await decide(ann, gateId, { decision: 'approve' })).toEqual(first);
    const { gate, run } = await decide(bob, gateId, { decision: 'approve' });
    expect(gate).toMatchObject({ status: 'decided', decision: 'approve', missing_approvals: 0 });
    expect(run).toMatchObject({ current_stage: 'sending', waiting_on: null });
    expect(await eventTypes(service.api, runId, run.version - 4)).toEqual([
      'gate.vote_recorded',
      'gate.decided',
      'stage.gated',
      'stage.entered',
    ]);
    const late = await writer.post(`/gates/${gateId}/decision`, { decision: 'send_back', reason: 'No.' });
    expect(late.body).toMatchObject({ status: 409, code: 'gate-already-decided', decision: 'approve' });
  });

  it('sends back what is named, and no more', async () => {
    const { runId, gateId } = await standAtApproval(service.api, 'press', writer);
    const send_back = { milestones: { copy: 'Too long.' } };
    const body = { decision: 'send_back', reason: 'Nearly.', send_back };
    const { gate, run } = await decide(ann, gateId, body);
    expect(gate).toMatchObject({ status: 'decided', reason: 'Nearly.', context: { send_back } });
    expect(run).toMatchObject({ current_stage: 'writing', stage_progress: { writing: 'in_progress' } });
    expect(await readStage(service.api, runId, 'writing')).toMatchObject({
      milestones: { copy: { completed: false }, title: { completed: true } },
      exit_criteria: [{ met: true }],
    });
    expect(await decide(bob, gateId, body)).toMatchObject({ gate: { votes: [{ actor_id: 'ann' }] } });
  });

  it('takes the vote of a delegate', async () => {
    const { gateId } = await standAtApproval(service.api, 'press', writer);
    const dan = service.api.as(
      await keyFor(service.api, { roles: ['approver'], actor_id: 'dan', name: 'night shift' }),
    );
    const delegated = await ann.post<{ gate: GateBody }>(`/gates/${gateId}/delegate`, { to: 'dan', reason: 'Away.' });
    expect(accepted(delegated).gate).toMatchObject({ delegations: [{ from: 'ann', to: 'dan', reason: 'Away.' }] });
    expect((await decide(dan, gateId, { decision: 'approve' })).gate).toMatchObject({ missing_approvals: 1 });
  });

  it('is extended, and reminds anew', async () => {
    const { gateId } = await standAtApproval(service.api, 'clocked', writer);
    const before = await gateOf(bob, gateId);
    expect(Date.parse(before.expires_at ?? '') - Date.parse(before.remind_at ?? '')).toBe(900_000);
    const extended = await bob.post<{ gate: GateBody }>(`/gates/${gateId}/extend`, { seconds: 7200, reason: 'Fair.' });
    const { gate } = accepted(extended);
    expect(Date.parse(gate.expires_at ?? '')).toBeGreaterThan(Date.parse(before.expires_at ?? ''));
    expect(Date.parse(gate.expires_at ?? '') - Date.parse(gate.remind_at ?? '')).toBe(900_000);
  });

  it.each([
    [{ decision: 'approve', send_back: {} }, 'invalid-input', 400],
    [{ decision: 'send_back' }, 'reason-required', 422],
    [{ decision: 'send_back', reason: 'So', send_back: { milestones: ['copy'] } }, 'invalid-input', 400],
    [{ decision: 'send_back', reason: 'So', send_back: { milestones: { copy: 7 } } }, 'invalid-input', 400],
    [{ decision: 'send_back', reason: 'So', send_back: { milestones: {} } }, 'invalid-input', 400],
    [
      { decision: 'send_back', reason: 'So', send_back: { milestones: { cover: 'Where?' } } },
      'milestone-not-found',
      404,
    ],
    [{ decision: 'send_back', reason: 'So', send_back: { nodes: { draw: 'Where?' } } }, 'node-not-found', 404],
    [{ decision: 'proceed' }, 'option-not-allowed', 409],
    [{ decision: 'aprove' }, 'invalid-input', 400],
  ])('answers %j with %s, and nothing changes', async (body, code, status) => {
    const { gateId } = await standAtApproval(service.api, 'press', writer);
    expect((await ann.post(`/gates/${gateId}/decision`, body)).body).toMatchObject({ code, status });
    expect(await gateOf(ann, gateId)).toMatchObject({ status: 'pending', votes: [] });
  });

  it.each([
    ['extend', { seconds: 10, reason: 'So' }, 'invalid-input', 400],
    ['extend', { seconds: 0, reason: 'So' }, 'invalid-input', 400],
    ['extend', { seconds: 7200 }, 'invalid-input', 400],
    ['delegate', { to: 'approver', reason: 'So' }, 'invalid-input', 400],
    ['delegate', { to: 'ann', reason: 'So' }, 'invalid-input', 400],
    ['delegate', { to: 'dan' }, 'invalid-input', 400],
  ])('answers %s with %j with %s', async (act, body, code, status) => {
    const { gateId } = await standAtApproval(service.api, 'clocked', writer);
    expect((await ann.post(`/gates/${gateId}/${act}`, body)).body).toMatchObject({ code, status });
  });

  it('refuses what does not fit the gate', async () => {
    const { gateId } = await standAtApproval(service.api, 'press', writer);
    const codeOf = async (api: ApiClient, act: string, body: object) =>
      (await api.post(`/gates/${gateId}/${act}`, body)).body['code'];
    expect(await codeOf(ann, 'extend', { seconds: 60, reason: 'So' })).toBe('gate-never-expires');
    expect(await codeOf(writer, 'decision', { decision: 'approve' })).toBe('self-approval');
    expect(await codeOf(ann, 'delegate', { to: 'wim', reason: 'So' })).toBe('self-approval');
    await decide(ann, gateId, { decision: 'approve' });
    expect(await codeOf(ann, 'delegate', { to: 'dan', reason: 'So' })).toBe('already-voted');
  });

  it('offers what its caller may do', async () => {
    const { runId } = await standAtApproval(service.api, 'clocked', writer);
    const { items } = accepted(
      await ann.get<{ items: readonly { action: string; target?: string; allowed: boolean }[] }>(
        `/pipeline/${runId}/actions`,
      ),
    );
    const offered = items.filter(({ allowed }) => allowed).map(({ action, target = '' }) => [action, target]);
    expect(offered).toContainEqual(['decide_gate', 'approve']);
    expect(offered).toContainEqual(['decide_gate', 'send_back']);
    expect(offered.map(([action]) => action)).toEqual(expect.arrayContaining(['extend_gate', 'delegate_gate']));
  });
});

describe('the inbox', () => {
  it('holds what waits for its caller, by the same rules that decide', async () => {
    const { api } = service;
    const some = await Promise.all(
      [1, 2, 3, 4].map((each) => standAtApproval(api, each % 2 === 0 ? 'press' : 'clocked', each > 2 ? writer : api)),
    );
    const [first, second, third] = some.map(({ gateId }) => gateId);
    await decide(ann, String(second), { decision: 'approve' });
    accepted(await bob.post(`/gates/${String(third)}/delegate`, { to: 'zoe', reason: 'Away.' }));
    accepted(await bob.post(`/gates/${String(first)}/delegate`, { to: 'night desk', reason: 'Away.' }));
    const zoe = api.as(await keyFor(api, { roles: ['operator'], actor_id: 'zoe', name: 'night desk' }));
    await decide(zoe, String(third), { decision: 'approve' });
    const rosa = api.as(await keyFor(api, { roles: ['viewer'], actor_id: 'bob', name: 'desk' }));
    const annAsFounder = api.as(await keyFor(api, { roles: ['approver'], actor_type: 'founder', actor_id: 'ann' }));
    for (const caller of [ann, annAsFounder, bob, writer, zoe, rosa, api]) {
      const all = await listed(caller, 'status=pending');
      const waiting = all.filter(({ caller: you }) => you.may_decide && you.voted === null).map(({ id }) => id);
      expect((await listed(caller, 'mine=true')).map(({ id }) => id)).toEqual(waiting);
    }
    expect((await listed(zoe, 'mine=true')).map(({ id }) => id)).toEqual([first]);
    expect((await listed(annAsFounder, 'mine=true')).map(({ id }) => id)).not.toContain(second);
    expect(await listed(rosa, 'mine=true')).toEqual([]);
  });

  it('is read page by page, oldest first', async () => {
    const ids = (await listed(bob, 'status=pending&mine=true')).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(2);
    const pages: string[] = [];
    let after = '';
    do {
      const { items, next } = accepted(
        await bob.get<{ items: readonly GateBody[]; next: string | null }>(`/gates?mine=true&limit=2${after}`),
      );
      pages.push(...items.map(({ id }) => id));
      after = next === null ? '' : `&after=${next}`;
    } while (after !== '');
    expect(pages).toEqual(ids);
  });
});

describe('fifty people who vote at once', () => {
  it('give one decision and as many votes as it takes', async () => {
    const { api } = service;
    await publishApproval(api, 'crowded', { quorum: 3 });
    const people = await approvers(api, ...Array.from({ length: 50 }, (_, each) => `voter-${String(each)}`));
    const { runId, gateId } = await standAtApproval(api, 'crowded', writer);
    const answers = await Promise.all(
      people.map((each) => each.post<{ gate: GateBody }>(`/gates/${gateId}/decision`, { decision: 'approve' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    const gate = await gateOf(api, gateId);
    expect(gate).toMatchObject({ status: 'decided', decision: 'approve', missing_approvals: 0 });
    expect(new Set(gate.votes.map(({ actor_id: id }) => id)).size).toBe(3);
    expect(gate.votes).toHaveLength(3);
    const types = await eventTypes(api, runId, 0);
    const count = (type: string) => types.filter((each) => each === type).length;
    expect([count('gate.vote_recorded'), count('gate.decided'), count('stage.entered')]).toEqual([3, 1, 2]);
    const late = await Promise.all(
      people.map((each) => each.post(`/gates/${gateId}/decision`, { decision: 'send_back', reason: 'No.' })),
    );
    expect(new Set(late.map(({ body }) => body['code']))).toEqual(new Set(['gate-already-decided']));
  });

  it('leave read models that equal a fresh fold of the timeline', () =>
    expectReadModelsToEqualFold(service.connection));
});
