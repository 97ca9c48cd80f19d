import type { GraphDefinition } from '../../src/work/contract.js';

/** A stage that consists of a graph and goes on by itself when it is through. */
export function graphStage(key: string, graph: GraphDefinition) {
  return { key, name: key, auto_start: true, advance: 'auto' as const, milestones: {}, exit_criteria: [], graph };
}

/** So many actions without work, one after another. */
export function chainOf(size: number): GraphDefinition {
  const nodes = Array.from({ length: size }, (_, index) => ({
    id: `n${String(index)}`,
    type: index === 0 ? ('trigger' as const) : ('action' as const),
    name: `Step ${String(index)}`,
    config: index === 0 ? {} : { action: 'noop' },
    ...(index === size - 1 ? {} : { next: [`n${String(index + 1)}`] }),
  }));
  return { nodes, edges: [] };
}

/** A trigger, a delay and what comes after it. */
export function delayed(seconds: number): GraphDefinition {
  return {
    nodes: [
      { id: 'begin', type: 'trigger', name: 'Begin', config: {}, next: ['rest'] },
      { id: 'rest', type: 'delay', name: 'Rest', config: { seconds }, next: ['end'] },
      { id: 'end', type: 'action', name: 'End', config: { action: 'noop' } },
    ],
    edges: [],
  };
}

/** A trigger and so many delays after it, side by side. */
export function delaysBeside(count: number, seconds: number): GraphDefinition {
  const ids = Array.from({ length: count }, (_, index) => `rest${String(index)}`);
  const begin = { id: 'begin', type: 'trigger' as const, name: 'Begin', config: {}, next: ids };
  const delays = ids.map((id) => ({ id, type: 'delay' as const, name: id, config: { seconds } }));
  return { nodes: [begin, ...delays], edges: [] };
}
