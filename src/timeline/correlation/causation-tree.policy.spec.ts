import { describe, expect, it } from '@jest/globals';
import { type CommandNode, type Caused, type EventNode, causationTree } from './causation-tree.policy.js';

const event = (id: string, causationId: string, commandId: string | null): Caused => ({ id, causationId, commandId });

type Drawn = { [node: string]: Drawn };
const drawEvents = (nodes: readonly EventNode<Caused>[]): Drawn =>
  Object.fromEntries(nodes.map((node) => [node.event.id, { ...drawEvents(node.events), ...draw(node.commands) }]));
/** Commands in brackets, those whose cause is not known with a question mark. */
const draw = (nodes: readonly CommandNode<Caused>[]): Drawn =>
  Object.fromEntries(nodes.map((node) => [`[${node.id}]${node.causeKnown ? '' : '?'}`, drawEvents(node.events)]));
const tree = (...events: readonly Caused[]): Drawn => draw(causationTree(events));

describe('the tree of causes', () => {
  it('puts a command’s first event under it and the others under the first', () =>
    expect(
      tree(event('decided', 'c1', 'c1'), event('gated', 'decided', 'c1'), event('entered', 'decided', 'c1')),
    ).toEqual({
      '[c1]': { decided: { gated: {}, entered: {} } },
    }));

  it('puts a command that followed from an event under that event', () =>
    expect(
      tree(event('scored', 'c1', 'c1'), event('decided', 'scored', 'c2'), event('entered', 'decided', 'c2')),
    ).toEqual({ '[c1]': { scored: { '[c2]': { decided: { entered: {} } } } } }));

  it('has a root for each command from outside', () =>
    expect(tree(event('a', 'c1', 'c1'), event('b', 'c2', 'c2'))).toEqual({ '[c1]': { a: {} }, '[c2]': { b: {} } }));

  it('keeps a command on several streams together', () =>
    expect(tree(event('a', 'c1', 'c1'), event('b', 'c1', 'c1'))).toEqual({ '[c1]': { a: {}, b: {} } }));

  it('says where a cause is not among the events', () =>
    expect(tree(event('late', 'elsewhere', 'c2'), event('then', 'late', 'c2'))).toEqual({
      '[c2]?': { late: { then: {} } },
    }));

  it('takes the cause for the command where none is recorded', () =>
    expect(tree(event('old', 'c0', null))).toEqual({ '[c0]?': { old: {} } }));

  it('does not run in circles', () =>
    expect(tree(event('a', 'b', 'c1'), event('b', 'a', 'c2'))).toEqual({ '[c1]?': { a: { '[c2]': { b: {} } } } }));
});
