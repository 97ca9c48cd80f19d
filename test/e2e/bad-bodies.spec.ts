import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { standAtGate } from '../support/founder-walk.js';
import { startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let addresses: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
  const { runId, gateId } = await standAtGate(service.api);
  const run = `/pipeline/${runId}`;
  const stage = `${run}/stages/thesis_defined`;
  addresses = { run, stage, gate: `/gates/${gateId}`, risk: `${stage}/risks/${runId}` };
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

const uuid = '00000000-0000-7000-8000-00000000dead';

/** Every route that takes a body, with one it would take. */
const takes: Readonly<Record<string, object>> = {
  '/projects': { name: 'Solar kiosk' },
  '/job-profiles': { title: 'Engineer' },
  '/candidates': { name: 'Robin' },
  '/keys': { name: 'x', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' },
  '/pipeline/start': { template: 'founder' },
  '{stage}/complete': { override: true, reason: 'Known.' },
  '{stage}/risks': { type: 'law', message: 'A permit.' },
  '{risk}/dismiss': { reason: 'Gone.' },
  '{stage}/focus': { focus: ['Price.'] },
  '{stage}/result': { outcome: 'pass' },
  '{run}/facts': { facts: { calls: 3 }, trigger: 'calls_made' },
  '{run}/advance': { trigger: 'manual' },
  '{run}/park': { reason: 'Winter.' },
  '{run}/unpark': { reason: 'Spring.' },
  '{run}/cancel': { reason: 'Sold.' },
  '{run}/resume': { reason: 'Again.' },
  '{gate}/decision': { decision: 'proceed' },
  '{gate}/delegate': { to: 'bea', reason: 'Away.' },
  '{gate}/extend': { seconds: 60, reason: 'Holiday.' },
  '/audit/verify': { from: 1, to: 1 },
};
/** Routes whose address says everything. */
const takesNothing = [
  '{stage}/start',
  '{stage}/milestones/brief_generated/complete',
  '{stage}/milestones/brief_generated/reopen',
  '{stage}/criteria/any/meet',
  '{stage}/criteria/any/unmeet',
];
const routes = [...Object.keys(takes), ...takesNothing];

function addressOf(route: string): string {
  return route.replace(/\{(\w+)\}/, (_whole, name: string) => addresses[name] ?? '');
}

async function refused(route: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const before = await backstage.stored();
  const { body: problem } = await service.api.post(addressOf(route), body, { headers });
  expect(await backstage.stored()).toEqual(before);
  return problem;
}

function pointers(problem: Readonly<Record<string, unknown>>): readonly unknown[] {
  return (problem['errors'] as readonly { pointer: string }[]).map(({ pointer }) => pointer);
}

describe.each(routes)('a body for %s that is', (route) => {
  it.each([
    ['no JSON', '{"name": '],
    ['only a word', 'nope'],
    ['two bodies', '{}{}'],
    ['with a comment', '{} // yes'],
    ['a list', '[]'],
    ['a list of bodies', '[{"name":"x"}]'],
    ['a text', '"x"'],
    ['a number', '7'],
    ['null', 'null'],
    ['true', 'true'],
    ['NaN', 'NaN'],
    ['nested too deep', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`],
    ['nested deeper than anything', '['.repeat(100_000)],
    ['with a number nobody can hold', '{"name": 1e999}'],
    ['with a prototype', '{"__proto__": {"admin": true}}'],
    ['with a constructor', '{"constructor": {"prototype": {"admin": true}}}'],
    ['with an escaped NUL', '{"name": "a\\u0000b", "reason": "a\\u0000b"}'],
    ['with half a character', '{"name": "\\ud800", "reason": "\\udfff"}'],
    ['of an unknown field', '{"nope": 1}'],
  ])('%s is refused, and nothing is stored', async (_name, body) => {
    expect(await refused(route, body)).toMatchObject({ status: 400, code: 'invalid-input', errors: expect.any(Array) });
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
    'nope',
  ])('of the type %s is refused', async (type) => {
    const problem = await refused(route, '{}', { 'content-type': type });
    expect(problem).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  it('nine megabytes large is refused', async () => {
    const problem = await refused(route, JSON.stringify({ name: 'x'.repeat(9_000_000) }));
    expect(problem).toMatchObject({ status: 413, code: 'payload-too-large' });
  });

  it('of one field with an absurd name is refused in few words', async () => {
    const problem = await refused(route, JSON.stringify({ ['n'.repeat(900_000)]: 1 }));
    expect(problem).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(JSON.stringify(problem).length).toBeLessThan(10_000);
  });

  it('of thousands of unknown fields is refused in few words', async () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_none, index) => [`f${String(index)}`, 1]));
    const problem = await refused(route, JSON.stringify(many));
    expect(problem).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(JSON.stringify(problem).length).toBeLessThan(10_000);
  });
});

const wrong: readonly (readonly [string, object, readonly string[]])[] = [
  ['/projects', {}, ['/name']],
  ['/projects', { name: 7 }, ['/name']],
  ['/projects', { name: null }, ['/name']],
  ['/projects', { name: '' }, ['/name']],
  ['/projects', { name: ' \n\t ' }, ['/name']],
  ['/projects', { name: 'x'.repeat(201) }, ['/name']],
  ['/projects', { name: 'x'.repeat(900_000) }, ['/name']],
  ['/projects', { name: ['x'] }, ['/name']],
  ['/projects', { name: 'x', require_manual_review: 'yes' }, ['/require_manual_review']],
  ['/projects', { name: 'x', require_manual_review: null }, ['/require_manual_review']],
  ['/projects', { name: 'x', 'a/b~c': 1 }, ['/a~1b~0c']],
  ['/keys', {}, ['/name', '/roles', '/actor_type', '/actor_id']],
  ['/keys', { name: 'x', roles: [], actor_type: 'user', actor_id: 'bo' }, ['/roles']],
  ['/keys', { name: 'x', roles: ['root'], actor_type: 'user', actor_id: 'bo' }, ['/roles']],
  ['/keys', { name: 'x', roles: ['viewer', 'viewer'], actor_type: 'user', actor_id: 'bo' }, ['/roles']],
  ['/keys', { name: 'x', roles: 'viewer', actor_type: 'user', actor_id: 'bo' }, ['/roles']],
  ['/keys', { name: 'x', roles: ['viewer'], actor_type: 'god', actor_id: 'bo' }, ['/actor_type']],
  ['/pipeline/start', {}, ['/template']],
  ['/pipeline/start', { template: 'Founder' }, ['/template']],
  ['/pipeline/start', { template: { key: 'founder' } }, ['/template']],
  ['/pipeline/start', { template: { key: 'founder', version: 0 } }, ['/template']],
  ['/pipeline/start', { template: { key: 'founder', version: '1' } }, ['/template']],
  ['/pipeline/start', { template: { key: 'founder', version: 2 ** 53 } }, ['/template']],
  ['/pipeline/start', { template: { key: 'founder', version: 1, more: 1 } }, ['/template']],
  ['/pipeline/start', { template: 'founder', project_id: 'nope' }, ['/project_id']],
  ['/pipeline/start', { template: 'founder', input: [] }, ['/input']],
  ['/pipeline/start', { template: 'founder', input: { text: 'x'.repeat(70_000) } }, ['/input']],
  ['{stage}/complete', { override: 'true' }, ['/override']],
  ['{stage}/complete', { override: true, reason: 7 }, ['/reason']],
  ['{stage}/complete', { override: true, reason: 'x'.repeat(2001) }, ['/reason']],
  ['{stage}/risks', {}, ['/type', '/message']],
  ['{stage}/risks', { type: 'x'.repeat(101), message: 'x' }, ['/type']],
  ['{risk}/dismiss', {}, ['/reason']],
  ['{stage}/focus', {}, ['/focus']],
  ['{stage}/focus', { focus: 'Price.' }, ['/focus']],
  ['{stage}/focus', { focus: ['Price.', 7] }, ['/focus']],
  ['{stage}/focus', { focus: ['Price.', 'Price.'] }, ['/focus']],
  ['{stage}/focus', { focus: Array.from({ length: 21 }, (_none, index) => String(index)) }, ['/focus']],
  ['{stage}/result', {}, ['/outcome']],
  ['{stage}/result', { outcome: 'won' }, ['/outcome']],
  ['{stage}/result', { outcome: 'pass', score: '4' }, ['/score']],
  ['{stage}/result', { outcome: 'pass', data: 'x' }, ['/data']],
  ['{run}/facts', { facts: {} }, ['/trigger']],
  ['{run}/facts', { facts: [], trigger: 'x' }, ['/facts']],
  ['{run}/facts', { facts: { a: 1 }, trigger: 'No Key' }, ['/trigger']],
  ['{run}/facts', { facts: { text: 'x'.repeat(70_000) }, trigger: 'x' }, ['/facts']],
  ['{run}/advance', { trigger: '' }, ['/trigger']],
  ['{run}/park', {}, ['/reason']],
  ['{run}/unpark', { reason: '' }, ['/reason']],
  ['{run}/cancel', { reason: 'x', outcome: 'x'.repeat(101) }, ['/outcome']],
  ['{run}/resume', { reason: 'Again.', from_node: '' }, ['/from_node']],
  ['{gate}/decision', {}, ['/decision']],
  ['{gate}/decision', { decision: 'PROCEED' }, ['/decision']],
  ['{gate}/decision', { decision: 'aprove' }, ['/decision']],
  ['{gate}/decision', { decision: 'narrow', scope: [] }, ['/scope']],
  ['{gate}/decision', { decision: 'narrow', scope: { drop_milestones: 'x' } }, ['/scope/drop_milestones']],
  ['{gate}/decision', { decision: 'narrow', scope: { nope: 1 } }, ['/scope/nope']],
  ['{gate}/decision', { decision: 'pivot', reason: 'x', to_stage: 1 }, ['/to_stage']],
  ['{gate}/decision', { decision: 'proceed', decided_by: 'me' }, ['/decided_by']],
  ['{gate}/decision', { decision: 'send_back', send_back: { nodes: [] } }, ['/send_back/nodes']],
  ['{gate}/extend', { seconds: 1.5 }, ['/seconds', '/reason']],
  ['{gate}/delegate', { to: '', reason: 'Away.' }, ['/to']],
];

describe('a field', () => {
  it.each(wrong)('of %s that is wrong is pointed at: %j', async (route, body, expected) => {
    const problem = await refused(route, body);
    expect(problem).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(pointers(problem)).toEqual(expected);
  });

  it('given twice counts the last time, as JSON has it', async () => {
    const { body } = await service.api.post('/projects', '{"name": "first", "name": "second"}');
    expect(body).toMatchObject({ name: 'second' });
  });

  it.each([
    '🚀🛰️👩‍🚀',
    'مرحبا بالعالم',
    '\u202egnirts desrever',
    "'; drop table stage_events; --",
    '<script>alert(1)</script>',
    '{{7*7}}',
    '\u2028',
  ])('keeps what people write: %s', async (text) => {
    const name = `${text} kiosk`;
    const { status, body } = await service.api.post('/projects', { name });
    expect({ status, name: body['name'] }).toEqual({ status: 201, name });
    expect((await service.api.get(`/projects/${String(body['id'])}`)).body['name']).toBe(name);
  });

  it('keeps numbers as JSON has them', async () => {
    const data = {
      tiny: 5e-324,
      large: 1.7976931348623157e308,
      negative: -0.1,
      whole: 9007199254740991,
      nested: [[[{}]]],
    };
    const started = await service.api.post<{ id: string }>('/pipeline/start', { template: 'founder', input: data });
    const timeline = await service.api.get<{ items: readonly { detail: { input: unknown } }[] }>(
      `/pipeline/${started.body.id}/timeline`,
    );
    expect(timeline.body.items[0]?.detail.input).toEqual(data);
  });
});

describe('whatever is sent', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const field = fc.constantFrom(
    ...new Set(Object.values(takes).flatMap((body) => Object.keys(body))),
    'scope',
    'to_stage',
    'input',
  );
  const bodies = fc.oneof(
    json,
    fc.dictionary(field, json, { maxKeys: 4 }),
    fc
      .tuple(fc.constantFrom(...Object.values(takes)), field, json)
      .map(([body, name, value]) => ({ ...body, [name]: value })),
  );
  const anything = fc.oneof(
    { weight: 5, arbitrary: bodies.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );

  it('is answered as the document says, and never with a failure', async () => {
    const sendable = fc.record({ route: fc.constantFrom(...routes), body: anything });
    await fc.assert(
      fc.asyncProperty(sendable, async ({ route, body }) => {
        const { status } = await service.api.post(addressOf(route), body);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 400, seed: 20260301 },
    );
    expect((await service.api.get('/health/ready')).status).toBe(200);
    const verdict = await service.api.post('/audit/verify');
    expect(verdict.body).toMatchObject({ valid: true });
  }, 30_000);

  it('about a run that is not there is only ever refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes.filter((route) => route.includes('{'))),
        anything,
        async (route, body) => {
          const before = await backstage.stored();
          const path = route
            .replace('{stage}', `/pipeline/${uuid}/stages/thesis_defined`)
            .replace('{run}', `/pipeline/${uuid}`);
          const absent = path
            .replace('{gate}', `/gates/${uuid}`)
            .replace('{risk}', `/pipeline/${uuid}/stages/x/risks/${uuid}`);
          expect([400, 404]).toContain((await service.api.post(absent, body)).status);
          expect(await backstage.stored()).toEqual(before);
        },
      ),
      { numRuns: 100, seed: 20260302 },
    );
  }, 30_000);
});
