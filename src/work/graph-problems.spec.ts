import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../kernel/json.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { checkGraph } from './graph.policy.js';
import type { GraphDefinition } from './graph.events.js';
import { agent, edge, graphOf, http, leadingTo, node, start } from '../../test/support/graphs.js';

const withConfig = (type: string, config: JsonObject, settings: object = {}) =>
  leadingTo(node('only', type, config), settings);
const withCondition = (condition: string) => graphOf([start, node('a')], [edge('start', 'a', condition)]);

const at = '/nodes/1/config';
const brokenOnes: readonly (readonly [string, GraphDefinition, readonly string[]])[] = [
  ['nothing in it', graphOf([], []), ['no-nodes /nodes']],
  ['no trigger', graphOf([node('a'), node('b')], [edge('a', 'b')]), ['no-trigger /nodes']],
  ['two nodes of one id', graphOf([start, node('a'), node('a')], [edge('start', 'a')]), ['duplicate-id /nodes/2/id']],
  ['an empty id', graphOf([start, node('')], []), ['bad-id /nodes/1/id']],
  ['an id with blanks around it', graphOf([start, node(' a')], []), ['bad-id /nodes/1/id']],
  ['an id that cannot be seen', graphOf([start, node('a\u0007')], []), ['bad-id /nodes/1/id']],
  ['an id that is too long', graphOf([start, node('x'.repeat(129))], []), ['bad-id /nodes/1/id']],
  ['an id with a backslash', graphOf([start, node('a\\b')], []), ['bad-id /nodes/1/id']],
  ['an id with both quotation marks', graphOf([start, node('"a\'')], []), ['bad-id /nodes/1/id']],
  ['an id that every object has', graphOf([start, node('__proto__')], []), ['bad-id /nodes/1/id']],
  [
    'an id of an edge like that',
    graphOf([start, node('a')], [{ ...edge('start', 'a'), id: 'constructor' }]),
    ['bad-id /edges/0/id'],
  ],
  [
    'two edges of one id',
    graphOf([start, node('a'), node('b')], [edge('start', 'a'), { ...edge('start', 'b'), id: 'start-a' }]),
    ['duplicate-id /edges/1/id'],
  ],
  [
    'an edge that has the id of a shorthand',
    graphOf([node('start', 'trigger', {}, ['a']), node('a'), node('b')], [{ ...edge('a', 'b'), id: 'start->a' }]),
    ['duplicate-id /nodes/0/next/0'],
  ],
  ['a type nobody knows', graphOf([start, node('a', 'agnet')], [edge('start', 'a')]), ['unknown-type /nodes/1/type']],
  [
    'a trigger that is misspelt',
    graphOf([node('start', 'tigger'), node('a')], [edge('start', 'a')]),
    ['unknown-type /nodes/0/type'],
  ],
  [
    'an edge to nowhere',
    graphOf([start, node('a')], [edge('start', 'a'), edge('a', 'b')]),
    ['no-such-node /edges/1/to'],
  ],
  ['an edge from nowhere', graphOf([start, node('aa')], [edge('strat', 'aa')]), ['no-such-node /edges/0/from']],
  [
    'an edge that is loose at both ends',
    graphOf([start], [edge('a', 'b')]),
    ['no-such-node /edges/0/from', 'no-such-node /edges/0/to'],
  ],
  [
    'a follower that is not there',
    graphOf([node('start', 'trigger', {}, ['a'])], []),
    ['no-such-node /nodes/0/next/0'],
  ],
  ['an edge to itself', graphOf([start, node('a')], [edge('start', 'a'), edge('a', 'a')]), ['cycle /edges/1']],
  [
    'a cycle',
    graphOf([start, node('a'), node('b', 'parallel', {}, ['a'])], [edge('start', 'a'), edge('a', 'b')]),
    ['cycle /nodes/2/next/0'],
  ],
  [
    'two edges that are one',
    graphOf([start, node('a')], [edge('start', 'a', 'output.a'), { ...edge('start', 'a', 'output.b'), id: 'other' }]),
    ['duplicate-edge /edges/1'],
  ],
  [
    'a trigger that something leads to',
    graphOf([start, node('t', 'trigger')], [edge('start', 't')]),
    ['trigger-with-input /nodes/1'],
  ],
  [
    'nodes that no trigger leads to',
    graphOf([start, node('a'), node('b')], [edge('a', 'b')]),
    ['unreachable-node /nodes/1', 'unreachable-node /nodes/2'],
  ],
  ['a join that never holds', withCondition(' false '), ['join-never-holds /nodes/1']],
  [
    'an agent without anything',
    withConfig('agent', {}),
    [`missing-config ${at}/agent_id`, `missing-config ${at}/task`],
  ],
  [
    'an agent named like an action',
    withConfig('agent', { ...agent, agent_id: 'action:http' }),
    [`bad-config ${at}/agent_id`],
  ],
  ['a task that is blank', withConfig('agent', { ...agent, task: ' ' }), [`bad-config ${at}/task`]],
  ['settings that are a list', withConfig('agent', { ...agent, settings: [] }), [`bad-config ${at}/settings`]],
  ['no time for an agent', withConfig('agent', { ...agent, timeout_seconds: 0 }), [`bad-config ${at}/timeout_seconds`]],
  ['another end of retries', withConfig('agent', { ...agent, on_exhausted: 'ask' }), [`bad-config ${at}/on_exhausted`]],
  ['a field nobody knows', withConfig('agent', { ...agent, tsak: 'x' }), [`unknown-config ${at}/tsak`]],
  ['something in a fan', withConfig('parallel', { branches: 2 }), [`unknown-config ${at}/branches`]],
  ['a condition without expression', withConfig('condition', {}), [`missing-config ${at}/expression`]],
  ['a condition that is a number', withConfig('condition', { expression: 1 }), [`bad-config ${at}/expression`]],
  [
    'a condition that answers text',
    withConfig('condition', { expression: '"yes"' }),
    [`mistyped-condition ${at}/expression`],
  ],
  ['an action without its name', withConfig('action', { url: 'x' }), [`missing-config ${at}/action`]],
  ['an action nobody knows', withConfig('action', { action: 'htpp' }), [`unknown-action ${at}/action`]],
  ['an action that is a list', withConfig('action', { action: ['http'] }), [`bad-config ${at}/action`]],
  ['values that are none', withConfig('action', { action: 'set', values: {} }), [`bad-config ${at}/values`]],
  [
    'a value that is no expression',
    withConfig('action', { action: 'set', values: { a: 1 } }),
    [`bad-config ${at}/values/a`],
  ],
  [
    'a value under a bad name',
    withConfig('action', { action: 'emit', facts: { toString: '1' } }),
    [`bad-config ${at}/facts/toString`],
  ],
  [
    'a value that cannot be read',
    withConfig('action', { action: 'set', values: { 'a/b': '1 +' } }),
    [`bad-condition ${at}/values/a~1b`],
  ],
  [
    'a call of nothing',
    withConfig('action', { action: 'http' }),
    [`missing-config ${at}/method`, `missing-config ${at}/url`],
  ],
  ['a call by no method', withConfig('action', { ...http, method: 'get' }), [`bad-config ${at}/method`]],
  ['a call of a file', withConfig('action', { ...http, url: 'file:///etc/passwd' }), [`bad-config ${at}/url`]],
  [
    'a call that shows a password',
    withConfig('action', { ...http, url: 'https://me:secret@example.org' }),
    [`bad-config ${at}/url`],
  ],
  [
    'a header of two lines',
    withConfig('action', { ...http, headers: { a: 'b\r\nc: d' } }),
    [`bad-config ${at}/headers/a`],
  ],
  [
    'a header that is there twice',
    withConfig('action', { ...http, headers: { Accept: 'a', other: 'b', accept: 'c' } }),
    [`bad-config ${at}/headers`],
  ],
  [
    'a header that is no name',
    withConfig('action', { ...http, headers: { 'a b': 'c' } }),
    [`bad-config ${at}/headers/a b`],
  ],
  [
    'a secret with more to it',
    withConfig('action', { ...http, headers: { a: { secret: 'A', value: 'x' } } }),
    [`bad-config ${at}/headers/a`],
  ],
  ['a body of what has none', withConfig('action', { ...http, method: 'GET', body: 'x' }), [`bad-config ${at}/body`]],
  ['a delay without its length', withConfig('delay', {}), [`missing-config ${at}/seconds`]],
  ['a delay of less than nothing', withConfig('delay', { seconds: -1 }), [`bad-config ${at}/seconds`]],
  [
    'a delay as long as all',
    withConfig('delay', { seconds: 5 }, { timeout_seconds: 5 }),
    [`delay-too-long ${at}/seconds`],
  ],
  ['a delay beyond the hour there is', withConfig('delay', { seconds: 3601 }), [`delay-too-long ${at}/seconds`]],
  ['no time', graphOf([start], [], { timeout_seconds: 0 }), ['bad-setting /timeout_seconds']],
  ['half a retry', graphOf([start], [], { max_retries_per_node: 1.5 }), ['bad-setting /max_retries_per_node']],
  [
    'a pause of less than nothing',
    graphOf([start], [], { retry_backoff_base: -1 }),
    ['bad-setting /retry_backoff_base'],
  ],
  [
    'a pause that is no number',
    graphOf([start], [], { retry_backoff_max: Number.NaN }),
    ['bad-setting /retry_backoff_max'],
  ],
  [
    'too many edges, by whatever way they are written',
    graphOf(
      Array.from({ length: 11 }, (_, n) =>
        node(
          String(n),
          'trigger',
          {},
          Array.from({ length: 10_000 }, (_next, to) => String(to)),
        ),
      ),
      [],
    ),
    ['too-many /edges'],
  ],
  [
    'too many nodes',
    graphOf(
      Array.from({ length: 20_001 }, (_, n) => node(`n${String(n)}`, 'trigger')),
      [],
    ),
    ['too-many /nodes'],
  ],
  ['a condition that cannot be read', withCondition('output.a >'), ['bad-condition /edges/0/condition']],
  ['a condition of another type', withCondition('1 + 2'), ['mistyped-condition /edges/0/condition']],
  ['a condition about what is not there', withCondition('score > 1'), ['mistyped-condition /edges/0/condition']],
  ['a condition that takes long', withCondition('output.matches("a")'), ['condition-not-allowed /edges/0/condition']],
  [
    'a result that no condition has',
    graphOf(
      [start, node('c', 'condition', { expression: 'true' }), node('b')],
      [edge('start', 'c'), edge('c', 'b', 'output.resutl')],
    ),
    ['mistyped-condition /edges/1/condition'],
  ],
  [
    'a result taken for a number',
    graphOf(
      [start, node('c', 'condition', { expression: 'true' }), node('b')],
      [edge('start', 'c'), edge('c', 'b', 'output.result > 1')],
    ),
    ['mistyped-condition /edges/1/condition'],
  ],
];

describe('a graph', () => {
  it.each(brokenOnes)('with %s is refused', (_name, graph, expected) => {
    const problems = checkGraph(graph, expressionChecks, '/graph');
    expect(problems.map(({ code, path }) => `${code} ${path.replace('/graph', '')}`)).toEqual(expected);
    for (const { code, path, message, hint, ...about } of problems) {
      expect([code, message, hint]).toEqual([
        expect.any(String),
        expect.stringMatching(/^\S.*\.$/s),
        expect.stringMatching(/^\S.*[.?]$/s),
      ]);
      expect(Object.keys(about).length > 0).toBe(/^\/graph\/(nodes|edges)\/\d/.test(path));
    }
  });
});

describe('docs/templates.md', () => {
  it('names every code that a graph may be refused with', () => {
    const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');
    const documented = new Set([...page.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code));
    const codes = brokenOnes.flatMap(([, , expected]) => expected.map((each) => each.split(' ')[0] ?? ''));
    expect(codes.filter((code) => !documented.has(code))).toEqual([]);
  });
});
