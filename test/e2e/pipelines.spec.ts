import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { everyType } from '../support/graphs.js';
import { keyFor, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

type Thing = Record<string, unknown>;
type Examination = Readonly<{
  valid: boolean;
  errors: readonly Thing[];
  warnings: readonly Thing[];
  execution_order?: readonly string[];
}>;

const trigger = { id: 'start', type: 'trigger', name: 'Start', config: {} };
const wait = { id: 'wait', type: 'delay', name: 'Wait', config: { seconds: 1 }, position: { x: 10, y: -2.5 } };
const onwards = { id: 'on', from: 'start', to: 'wait', condition: 'has(output.go)' };
const pipeline = { key: 'waiting', name: 'Waiting', nodes: [trigger, wait], edges: [onwards], timeout_seconds: 60 };
const publish = (content: unknown) => service.api.post<Thing>('/pipelines', content);
const validate = (content: unknown) => service.api.post<Examination>('/pipelines/validate', content);
const placesOf = (errors: readonly Thing[]) => errors.map(({ code, path }) => `${String(code)} ${String(path)}`);

const brokenOnes: readonly (readonly [string, object, readonly string[]])[] = [
  ['nothing in it', {}, ['missing-field /nodes', 'missing-field /edges', 'missing-field /key', 'missing-field /name']],
  ['no nodes', { ...pipeline, nodes: [], edges: [] }, ['no-nodes /nodes']],
  ['stages', { ...pipeline, stages: [] }, ['unknown-field /stages']],
  ['a key of the product', { ...pipeline, key: 'founder' }, ['reserved-key /key']],
  ['a bad key', { ...pipeline, key: 'My Own' }, ['bad-key /key']],
  [
    'nodes that are no list',
    { ...pipeline, nodes: { a: wait } },
    ['wrong-type /nodes', 'no-such-node /edges/0/from', 'no-such-node /edges/0/to'],
  ],
  ['a node that is a text', { ...pipeline, nodes: [trigger, wait, 'x'] }, ['wrong-type /nodes/2']],
  [
    'a node without config',
    { ...pipeline, nodes: [trigger, { ...wait, config: undefined }] },
    ['missing-field /nodes/1/config'],
  ],
  [
    'a node with a field too many',
    { ...pipeline, nodes: [trigger, { ...wait, nxet: ['a'] }] },
    ['unknown-field /nodes/1/nxet'],
  ],
  [
    'a place that is none',
    { ...pipeline, nodes: [trigger, { ...wait, position: { x: '1', y: 2 } }] },
    ['wrong-type /nodes/1/position/x'],
  ],
  ['an edge without its end', { ...pipeline, edges: [{ id: 'on', from: 'start' }] }, ['missing-field /edges/0/to']],
  [
    'an edge to nowhere',
    { ...pipeline, edges: [onwards, { id: 'off', from: 'wait', to: 'wiat' }] },
    ['no-such-node /edges/1/to'],
  ],
  [
    'a type nobody knows',
    { ...pipeline, nodes: [trigger, { ...wait, type: 'dealy' }] },
    ['unknown-type /nodes/1/type'],
  ],
  [
    'a delay of less than nothing',
    { ...pipeline, nodes: [trigger, { ...wait, config: { seconds: -1 } }] },
    ['bad-config /nodes/1/config/seconds'],
  ],
  ['a time limit as a text', { ...pipeline, timeout_seconds: '60' }, ['wrong-type /timeout_seconds']],
  ['no time', { ...pipeline, timeout_seconds: 0 }, ['wrong-value /timeout_seconds']],
  [
    'a condition that is null',
    { ...pipeline, edges: [{ ...onwards, condition: null }] },
    ['wrong-type /edges/0/condition'],
  ],
  [
    'a condition that cannot be read',
    { ...pipeline, edges: [{ ...onwards, condition: 'output.go >' }] },
    ['bad-condition /edges/0/condition'],
  ],
];

describe('a pipeline that is wrong', () => {
  it.each(brokenOnes)('with %s is refused, pointing into what was sent', async (_name, content, expected) => {
    const { errors, valid, warnings } = accepted(await validate(content));
    expect(placesOf(errors).toSorted()).toEqual(expected.toSorted());
    expect({ valid, warnings }).toEqual({ valid: false, warnings: [] });
    const { body } = await publish(content);
    expect(body).toMatchObject({ status: 422, code: 'invalid-template', errors });
  });

  it('is told everything at once, and nothing of it is stored', async () => {
    const wrong = {
      ...pipeline,
      key: 'all-wrong',
      nodes: [trigger, { ...wait, config: {} }, { ...wait, id: 'back' }],
      edges: [
        { ...onwards, condition: 'output.go > "a" + 1' },
        { id: 'round', from: 'wait', to: 'back', condition: 'nodes.bcak.output == 1' },
        { id: 'and round', from: 'back', to: 'wait' },
      ],
    };
    const { status, body } = await publish(wrong);
    expect({ status, body }).toMatchObject({
      status: 422,
      body: {
        errors: [
          { code: 'missing-config', path: '/nodes/1/config/seconds', node: 'wait' },
          {
            code: 'cycle',
            node: 'wait',
            edge: 'and round',
            message: expect.stringContaining(': wait -> back -> wait.'),
          },
          { code: 'mistyped-condition', path: '/edges/0/condition', edge: 'on', column: 13 },
          { code: 'no-such-node', edge: 'round', column: 1, hint: 'Did you mean "back"?' },
        ],
      },
    });
    expect((await service.api.get('/templates/all-wrong')).status).toBe(404);
  });

  it.each(['null', '[]', '7', '{"key":', ''])('and no object is not understood: %s', async (body) => {
    for (const path of ['/pipelines', '/pipelines/validate']) {
      const answer = await service.api.send('POST', path, { body, headers: { 'content-type': 'application/json' } });
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input' });
    }
  });
});

describe('publishing a pipeline', () => {
  it('makes a template of one stage, and the same content again is that version', async () => {
    const { key, name, ...graph } = pipeline;
    const first = await publish(pipeline);
    expect({ status: first.status, location: first.headers.get('location') }).toEqual({
      status: 201,
      location: '/templates/waiting/versions/1',
    });
    const stage = { key: 'main', name, auto_start: true, milestones: {}, exit_criteria: [], graph, advance: 'auto' };
    expect(first.body).toMatchObject({ key, version: 1, content: { key, name, stages: [stage] } });
    expect(accepted(await service.api.get('/templates/waiting'))).toEqual(first.body);
    expect(await publish(pipeline)).toMatchObject({ status: 200, body: first.body });
    const asTemplate = { key, name, stages: [stage] };
    expect(await service.api.post('/templates', asTemplate)).toMatchObject({ status: 200, body: first.body });
    const second = await publish({ ...pipeline, timeout_seconds: 61 });
    expect(second.body).toMatchObject({ version: 2 });
  });

  it('takes every type of node', async () => {
    const content = { key: 'every-type', name: 'Every type', ...everyType };
    const { execution_order: order, ...verdict } = accepted(await validate(content));
    expect(verdict).toEqual({ valid: true, errors: [], warnings: [] });
    expect(order?.toSorted()).toEqual(everyType.nodes.map(({ id }) => id).toSorted());
    expect((await publish(content)).status).toBe(201);
  });

  it('is for those who operate; anybody who reads may ask what is wrong', async () => {
    const viewer = service.api.as(await keyFor(service.api, { roles: ['viewer'] }));
    expect((await viewer.post('/pipelines/validate', pipeline)).status).toBe(200);
    expect((await viewer.post('/pipelines', pipeline)).body).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('warns of what is odd', async () => {
    const lone = { ...wait, id: 'lone' };
    expect(accepted(await validate({ ...pipeline, nodes: [trigger, wait, lone] }))).toMatchObject({
      valid: true,
      warnings: [{ code: 'orphan', path: '/nodes/2', node: 'lone' }],
      execution_order: [trigger.id, wait.id],
    });
  });

  it.each(['/pipelines/validate', '/templates/validate'])('takes no query: %s', async (route) => {
    const { status, body } = await service.api.post(`${route}?strict=true`, pipeline);
    expect([status, body]).toMatchObject([400, { code: 'invalid-input', errors: [{ pointer: '/strict' }] }]);
  });

  it('takes ten thousand nodes', async () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => `n${String(n)}`);
    const nodes = ids.map((id) => ({ id, type: 'parallel', name: id, config: {} }));
    const edges = ids.flatMap((id, n) =>
      [1, 2].map((step) => ({ id: `${id}+${String(step)}`, from: ids[n - step] ?? 'start', to: id })),
    );
    const content = {
      ...pipeline,
      key: 'long',
      nodes: [trigger, ...nodes],
      edges: edges.filter(({ id }) => id !== 'n0+2'),
    };
    const { execution_order: order, ...verdict } = accepted(await validate(content));
    expect(verdict).toMatchObject({ valid: true, errors: [], warnings: [{ code: 'output-doubles' }] });
    expect(order).toEqual([trigger.id, ...ids]);
    expect((await publish(content)).status).toBe(201);
    const all = { ...content, edges: content.edges.map((edge) => ({ ...edge, to: 'nobody' })) };
    expect(accepted(await validate(all)).errors).toHaveLength(500);
  }, 30_000);
});

describe('a published pipeline', () => {
  it('is what a run can be started from, and is over with its graph', async () => {
    const add = { id: 'add', type: 'action', name: 'Add', config: { action: 'emit', facts: { sum: 'output.a + 1' } } };
    const graph = { nodes: [{ ...trigger, next: ['add'] }, add], edges: [] };
    expect((await publish({ key: 'adding', name: 'Adding', ...graph })).status).toBe(201);
    const run = accepted(await service.api.post<Thing>('/pipeline/start', { template: 'adding', input: { a: 1 } }));
    expect(run).toMatchObject({ status: 'completed', stages: ['main'] });
  });
});

describe('the graph of a stage', () => {
  it('is checked in its template, where problems point at it', async () => {
    const graph = { nodes: [trigger, { ...wait, config: { seconds: 'long' } }], edges: [onwards] };
    const stage = { key: 'draft', name: 'Draft', milestones: {}, exit_criteria: [], graph, advance: 'now' };
    const content = { key: 'staged', name: 'Staged', stages: [stage] };
    const { errors } = accepted(await service.api.post<Examination>('/templates/validate', content));
    expect(placesOf(errors)).toEqual([
      'wrong-value /stages/0/advance',
      'bad-config /stages/0/graph/nodes/1/config/seconds',
    ]);
    const sound = { ...content, stages: [{ ...stage, graph: { ...graph, nodes: [trigger, wait] }, advance: 'auto' }] };
    expect(accepted(await service.api.post('/templates/validate', sound))).toEqual({
      valid: true,
      errors: [],
      warnings: [],
    });
  });
});

describe('docs/templates.md', () => {
  it('has a graph that can be published as it stands', async () => {
    const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');
    const example = JSON.parse(/## Graphs[^]*?```json\n([^`]*)```/.exec(page)?.[1] ?? '') as Thing;
    expect(accepted(await validate(example))).toMatchObject({ valid: true, errors: [], warnings: [] });
    expect((await publish(example)).status).toBe(201);
  });
});
