import { describe, expect, it } from '@jest/globals';
import { given } from '../../test/support/given.js';
import { project } from '../kernel/projection.js';
import type { Recorded } from '../kernel/recorded-event.js';
import { type ChangeGatePolicy, gatePolicyDecider } from './gate-policy.decider.js';
import type { GatePolicy, GatePolicyChanged } from './gate-policy.events.js';
import { gatePolicies } from './policy/gate-policy.projection.js';

const change = (policy: GatePolicy, reason?: string): ChangeGatePolicy => ({
  type: 'change_gate_policy',
  data: { projectId: 'project-1', policy, reason },
});
const changed = (policy: GatePolicy, reason?: string): GatePolicyChanged => ({
  type: 'gate_policy.changed',
  detail: { project_id: 'project-1', policy },
  ...(reason === undefined ? {} : { reason }),
});
const two: GatePolicy = { '*': { quorum: 2 }, 'delivery/3_build': { require_approval: true, approvers: ['lead'] } };

describe('changing a layer of the policy', () => {
  it('replaces all of it, with why', () => {
    given(gatePolicyDecider, [changed(two)])
      .when(change({ a: { quorum: 1 } }, 'One is enough.'))
      .then(changed({ a: { quorum: 1 } }, 'One is enough.'));
  });

  it('ignores the same policy again, in whatever order it is spelled, whatever is said to it', () => {
    const [all = {}, build = {}] = Object.values(two);
    given(gatePolicyDecider, [changed(two)])
      .when(change({ 'delivery/3_build': build, '*': all }, 'Again.'))
      .thenNothing();
  });

  it('ignores saying nothing where nothing was said', () => {
    given(gatePolicyDecider).when(change({})).thenNothing();
  });

  it('takes back all that was said', () => {
    given(gatePolicyDecider, [changed(two)])
      .when(change({}))
      .then(changed({}));
  });

  it.each<[string, GatePolicy]>([
    ['a time without a reminder', { '*': { expires_after_seconds: 1 } }],
    ['a reminder whose time another layer says', { '*': { remind_before_seconds: 90 } }],
    ['no time at all', { '*': { expires_after_seconds: null, remind_before_seconds: 90 } }],
    ['the usual reminder', { '*': { expires_after_seconds: 60, remind_before_seconds: null } }],
    ['a reminder at the last second', { '*': { expires_after_seconds: 60, remind_before_seconds: 59 } }],
    ['whom it escalates to, by whoever escalates', { '*': { escalate_to: ['lead'] } }],
    ['keys of all three kinds', { '*': {}, '0_sales': {}, 'swe1-hiring/oa': {} }],
  ])('takes %s', (_what, policy) => {
    given(gatePolicyDecider).when(change(policy)).then(changed(policy));
  });

  it.each<[GatePolicy, string]>([
    [{ '*': { approvers: [] } }, '/*/approvers'],
    [{ '*': { quorum: 0 } }, '/*/quorum'],
    [{ '*': { quorum: 0.5 } }, '/*/quorum'],
    [{ 'a/b': { expires_after_seconds: 0 } }, '/a~1b/expires_after_seconds'],
    [{ a: { remind_before_seconds: -1 } }, '/a/remind_before_seconds'],
    [{ a: { expires_after_seconds: 5, remind_before_seconds: 5 } }, '/a/remind_before_seconds'],
    [{ a: { on_expiry: 'escalate' } }, '/a/escalate_to'],
    [{ a: { escalate_to: [] } }, '/a/escalate_to'],
    [{ 'a~b': {} }, '/a~0b'],
    [{ '**': {} }, '/**'],
    [{ '*/a': {} }, '/*~1a'],
    [{ 'a/*': {} }, '/a~1*'],
    [{ 'a/b/c': {} }, '/a~1b~1c'],
    [{ 'a/': {} }, '/a~1'],
    [{ constructor: {} }, '/constructor'],
    [{ 'a/toString': {} }, '/a~1toString'],
    [{ 'a/constructor': {} }, '/a~1constructor'],
    [{ ['x'.repeat(65)]: {} }, `/${'x'.repeat(65)}`],
    [{ ['x'.repeat(900_000)]: {} }, `/${'x'.repeat(299)}...`],
  ])('refuses %j at its place', (policy, pointer) => {
    given(gatePolicyDecider)
      .when(change(policy))
      .thenRejects('invalid-input', { errors: [{ pointer }] });
  });

  it('names all that is wrong, up to twenty', () => {
    const wrong = { approvers: [], quorum: 0, expires_after_seconds: 0, on_expiry: 'escalate' } as const;
    const errors = ['/approvers', '/quorum', '/expires_after_seconds', '/escalate_to'].map((field) => ({
      pointer: `/a${field}`,
    }));
    given(gatePolicyDecider)
      .when(change({ a: wrong }))
      .thenRejects('invalid-input', { errors });
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`stage-${String(index)}`, wrong]));
    const first = Array.from({ length: 20 }, () => ({ pointer: expect.any(String) }));
    given(gatePolicyDecider).when(change(many)).thenRejects('invalid-input', { errors: first });
  });
});

describe('the gate_policies read model', () => {
  it('has the layer as it is, with who changed it last and why', () => {
    const recorded = [changed(two, 'First.'), changed({ a: {} })].map((event, index): Recorded<GatePolicyChanged> => ({
      ...event,
      id: `event-${String(index)}`,
      tenantId: 'tenant-1',
      streamId: 'layer-1',
      streamType: 'gate_policy',
      streamVersion: index + 1,
      category: 'policy',
      schemaVersion: 1,
      correlationId: 'flow',
      causationId: 'command',
      actor: { type: 'user', id: `admin-${String(index)}` },
      context: {},
      occurredAt: `occurred-${String(index)}`,
      recordedAt: `recorded-${String(index)}`,
    }));
    expect([...project(gatePolicies, new Map(), recorded).values()]).toEqual([
      {
        id: 'layer-1',
        tenantId: 'tenant-1',
        streamVersion: 2,
        projectId: 'project-1',
        policy: { a: {} },
        reason: null,
        changedBy: { type: 'user', id: 'admin-1' },
        changedAt: 'recorded-1',
      },
    ]);
  });
});
