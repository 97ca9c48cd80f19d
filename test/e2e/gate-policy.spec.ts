import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { pointersOf, startPolicyService } from '../support/policy-service.js';
import { keyFor } from '../support/service.js';

let service: Awaited<ReturnType<typeof startPolicyService>>;
beforeAll(async () => {
  service = await startPolicyService();
});
afterEach(async () => {
  accepted(await service.put('/gate-policy', {}));
});
afterAll(() => service.close());

const reviewed = { require_approval: true, approvers: ['approver'], quorum: 1, no_self_approval: true } as const;

describe('the approval policy of a tenant', () => {
  it('says nothing before it is changed, and then who changed it, when and why', async () => {
    const fresh = service.api.as(await service.backstage.keyIn('00000000-0000-7000-8000-0000000000cc', 'admin'));
    const before = await fresh.get('/gate-policy');
    expect(before.headers.get('etag')).toBe('"0"');
    expect(accepted(before)).toEqual({
      project_id: null,
      policy: {},
      version: 0,
      reason: null,
      changed_by: null,
      changed_at: null,
    });
    const policy = { '*': { quorum: 2 }, 'trail/plain': { require_approval: true, expires_after_seconds: null } };
    const changed = accepted(
      await fresh.send('PUT', '/gate-policy?reason=The%20audit%20asked%20for%20it.', { body: policy }),
    );
    const after = await fresh.get('/gate-policy');
    expect(after.headers.get('etag')).toBe('"1"');
    expect(accepted(after)).toMatchObject({
      policy,
      version: 1,
      reason: 'The audit asked for it.',
      changed_by: { actor_type: 'user' },
      changed_at: expect.any(String),
    });
    expect(changed).toEqual({
      ...after.body,
      open_gates: 0,
      note: expect.stringContaining('No approval is open'),
      unmatched_rules: ['trail/plain'],
      short_rules: [{ rule: '*', approvers: ['approver'], quorum: 2, voters: 1 }],
      unknown_approvers: [],
    });
  });

  it('is an event of the policy on the timeline', async () => {
    const { events } = accepted(await service.put('/gate-policy?dry_run=true&reason=So.', { '*': reviewed }));
    expect(events).toMatchObject([
      {
        event_type: 'gate_policy.changed',
        category: 'policy',
        stream_type: 'gate_policy',
        detail: { project_id: null, policy: { '*': reviewed } },
        reason: 'So.',
      },
    ]);
  });

  it('is not changed by the same again, nor by a dry run', async () => {
    const first = accepted(await service.put('/gate-policy', { '*': reviewed }));
    expect(accepted(await service.put('/gate-policy?reason=Again.', { '*': reviewed }))).toEqual(first);
    accepted(await service.put('/gate-policy?dry_run=true', {}));
    expect(accepted(await service.api.get('/gate-policy'))).toMatchObject({ version: first['version'] });
  });

  it('is not changed by somebody who has not seen the last change', async () => {
    const version = Number(accepted(await service.put('/gate-policy', { '*': reviewed }))['version']);
    const header = { 'if-match': `"${String(version)}"` };
    const mine = await service.put('/gate-policy', { '*': { quorum: 2 } }, header);
    expect(mine.headers.get('etag')).toBe(`"${String(version + 1)}"`);
    const late = await service.put('/gate-policy', { '*': { quorum: 3 } }, header);
    expect(late.body).toMatchObject({
      status: 412,
      code: 'stale-version',
      intervening: [{ event_type: 'gate_policy.changed' }],
    });
  });

  it('is changed once for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'policy-once' };
    const first = await service.put('/gate-policy', { '*': { quorum: 7 } }, headers);
    accepted(await service.put('/gate-policy', { '*': { quorum: 8 } }));
    const again = await service.put('/gate-policy', { '*': { quorum: 7 } }, headers);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(accepted(await service.api.get('/gate-policy'))).toMatchObject({ policy: { '*': { quorum: 8 } } });
  });
});

describe('a rule about a stage that no template has', () => {
  it('is taken, and said to be', async () => {
    const rules = ['*', 'plain', 'plian', 'trail/plain', 'trial/plain', 'founder/plain', 'founder/mvp_built', 'trail'];
    const policy = Object.fromEntries(rules.map((rule) => [rule, { quorum: 2 }]));
    const unmatched = { unmatched_rules: ['plian', 'trial/plain', 'founder/plain', 'trail'] };
    expect(accepted(await service.put('/gate-policy?dry_run=true', policy))).toMatchObject({ gate_policy: unmatched });
    expect(accepted(await service.put('/gate-policy', policy))).toMatchObject({ policy, ...unmatched });
  });
});

describe('a rule that asks for people there are not', () => {
  it('is taken, and said to be, until there are', async () => {
    const { api, put, backstage } = service;
    const admin = api.as(await backstage.keyIn('00000000-0000-7000-8000-0000000000dd', 'admin'));
    const send = async (path: string, body: object) => accepted(await admin.send('PUT', path, { body }));
    const policy = {
      '*': { quorum: 2, approvers: ['auditor', 'Bea', 'lea'] },
      build: { quorum: 1, escalate_to: ['admin', 'Nobody'] },
      'trail/test': { approvers: ['user'] },
      free: { require_approval: false, quorum: 9 },
      quick: { expires_after_seconds: 60 },
    };
    expect(await send('/gate-policy', policy)).toMatchObject({
      short_rules: [
        { rule: '*', approvers: ['auditor', 'Bea', 'lea'], quorum: 2, voters: 1 },
        { rule: 'trail/test', approvers: ['user'], quorum: 2, voters: 1 },
      ],
      unknown_approvers: ['Bea', 'lea', 'Nobody'],
    });
    const bea = { name: 'Bea', roles: ['approver'], actor_type: 'user', actor_id: 'bea' };
    for (const key of [
      bea,
      { ...bea, name: 'Bea again' },
      { ...bea, name: 'lea', roles: ['auditor'], actor_id: 'lea' },
    ])
      accepted(await admin.post('/keys', key));
    expect(await send('/gate-policy?dry_run=true', policy)).toMatchObject({
      gate_policy: { short_rules: [], unknown_approvers: ['Nobody'] },
    });
    const { id } = accepted(await admin.post<{ id: string }>('/projects', { name: 'Solar kiosk' }));
    expect(await send(`/projects/${id}/gate-policy`, { '*': { quorum: 3 } })).toMatchObject({
      short_rules: [{ rule: '*', approvers: ['auditor', 'Bea', 'lea'], quorum: 3, voters: 2 }],
    });
    expect(accepted(await put('/gate-policy', {}))).toMatchObject({ short_rules: [], unknown_approvers: [] });
  });
});

describe('the policy of docs/gate-policy.md', () => {
  it('is taken as it stands there', async () => {
    const page = readFileSync(new URL('../../docs/gate-policy.md', import.meta.url), 'utf8');
    const body = /```json\n([^]*?)```/.exec(page)?.[1];
    const sent = JSON.parse(String(body)) as object;
    expect(accepted(await service.api.send('PUT', '/gate-policy', { body }))).toMatchObject({ policy: sent });
  });
});

describe('a policy that cannot be taken', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['no policy', undefined, ['']],
    ['a policy that is a list', [], ['']],
    ['a policy in an envelope', { policy: { '*': { quorum: 2 } }, reason: 'So.' }, ['/policy/*', '/reason']],
    ['a rule that is no object', { '*': true }, ['/*']],
    ['an unknown field', { 'a/b': { aprovers: ['x'] } }, ['/a~1b/aprovers']],
    ['nobody who approves', { '*': { approvers: [] } }, ['/*/approvers']],
    ['an approver twice', { '*': { approvers: ['a', 'a'] } }, ['/*/approvers']],
    ['a quorum of none', { '*': { quorum: 0 } }, ['/*/quorum']],
    ['a quorum of half', { '*': { quorum: 1.5 } }, ['/*/quorum']],
    ['a quorum of null', { '*': { quorum: null } }, ['/*/quorum']],
    ['no time', { '*': { expires_after_seconds: 0 } }, ['/*/expires_after_seconds']],
    ['an odd end', { '*': { on_expiry: 'explode' } }, ['/*/on_expiry']],
    ['an escalation to nobody', { '*': { on_expiry: 'escalate' } }, ['/*/escalate_to']],
    [
      'a reminder when it is over',
      { '*': { expires_after_seconds: 60, remind_before_seconds: 60 } },
      ['/*/remind_before_seconds'],
    ],
    ['a key that is none', { 'A/b': {}, 'a/b/c': {}, '': {}, '/a': {} }, ['/A~1b', '/a~1b~1c', '/', '/~1a']],
    ['two faults', { a: { quorum: 0 }, b: { quorum: -1 } }, ['/a/quorum', '/b/quorum']],
  ])('is refused with where it is wrong: %s', async (_what, policy, pointers) => {
    const answer = await service.put('/gate-policy', policy);
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(pointersOf(answer)).toEqual(pointers);
    expect(accepted(await service.api.get('/gate-policy'))).toMatchObject({ policy: {} });
  });

  it('is refused where it has a name that every object has, or more rules than anybody reads', async () => {
    expect(pointersOf(await service.put('/gate-policy', '{"constructor":{}}'))).toEqual(['/constructor']);
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`stage-${String(index)}`, {}]));
    expect(pointersOf(await service.put('/gate-policy', many))).toEqual(['']);
  });

  it('is refused in few words, however long the names in it are', async () => {
    const { body } = await service.put('/gate-policy', { ['n'.repeat(900_000)]: {}, ['N'.repeat(900_000)]: { no: 1 } });
    expect(body).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(JSON.stringify(body).length).toBeLessThan(10_000);
  });

  it.each([
    ['?reason=', ['/reason']],
    ['?reason=a&reason=b', ['/reason']],
    [`?reason=${'x'.repeat(501)}`, ['/reason']],
    ['?raeson=So.', ['/raeson']],
    ['?dry_run=yes', ['/dry_run']],
  ])('is not changed for no reason, nor by a query that says something else: %s', async (query, pointers) => {
    expect(pointersOf(await service.put(`/gate-policy${query}`, { '*': { quorum: 2 } }))).toEqual(pointers);
    expect(accepted(await service.api.get('/gate-policy'))).toMatchObject({ policy: {} });
  });
});

describe('those who ask about the policy', () => {
  it('may read it, and change it only as an admin', async () => {
    const { api, newProject } = service;
    const projectId = await newProject();
    const operator = api.as(await keyFor(api, { roles: ['operator', 'approver', 'viewer', 'auditor'] }));
    for (const path of ['/gate-policy', `/projects/${projectId}/gate-policy`]) {
      accepted(await operator.get(path));
      expect((await operator.send('PUT', path, { body: {} })).status).toBe(403);
    }
    const patch = await operator.send('PATCH', `/projects/${projectId}`, { body: { require_manual_review: true } });
    expect(patch.status).toBe(403);
  });

  it('are told that what is not there is not there', async () => {
    const nobody = '00000000-0000-7000-8000-00000000dead';
    const answers = [
      await service.api.get(`/projects/${nobody}/gate-policy`),
      await service.put(`/projects/${nobody}/gate-policy`, {}),
      await service.api.send('PATCH', `/projects/${nobody}`, { body: { require_manual_review: true } }),
      await service.api.get(`/pipeline/${nobody}/gate-policy`),
    ];
    const codes = answers.map(({ body }) => body['code']);
    expect(codes).toEqual(['project-not-found', 'project-not-found', 'project-not-found', 'run-not-found']);
  });

  it('see and change that of their own tenant only', async () => {
    const { backstage, api, newProject, startRun } = service;
    const theirs = api.as(await backstage.keyIn('00000000-0000-7000-8000-0000000000bb', 'admin'));
    accepted(await service.put('/gate-policy', { '*': { quorum: 9 } }));
    expect(accepted(await theirs.get('/gate-policy'))).toMatchObject({ policy: {}, version: 0 });
    accepted(await theirs.send('PUT', '/gate-policy', { body: { '*': { require_approval: true } } }));
    expect(accepted(await api.get('/gate-policy'))).toMatchObject({ policy: { '*': { quorum: 9 } } });
    const projectId = await newProject();
    const runId = await startRun(projectId);
    const body = {};
    expect((await theirs.get(`/pipeline/${runId}/gate-policy`)).status).toBe(404);
    expect((await theirs.get(`/projects/${projectId}/gate-policy`)).status).toBe(404);
    expect((await theirs.send('PUT', `/projects/${projectId}/gate-policy`, { body })).status).toBe(404);
    const patch = { body: { require_manual_review: true } };
    expect((await theirs.send('PATCH', `/projects/${projectId}`, patch)).status).toBe(404);
    expect(await service.complete(runId, 'plain')).toMatchObject({ current_stage: 'decided' });
  });
});
