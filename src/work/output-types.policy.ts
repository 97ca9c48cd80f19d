import type { ScopeType } from '../kernel/expression.js';
import { isInheritedName } from '../kernel/inherited-name.js';
import { isObject } from './config-schema.policy.js';
import type { NodeDefinition } from './graph.events.js';

/** What a condition makes. */
const judgement: ScopeType = { fields: { result: 'flag' } };

/** Different types of outputs that are told apart: what is made of each takes longer than a check. */
const MAX_TYPES = 50;

/** The type of each node's output, as far as its definition says; the same object for the same type. */
export function outputTypes(nodes: readonly NodeDefinition[]): readonly ScopeType[] {
  const known = new Map<string, ScopeType>();
  return nodes.map((node) => {
    if (node.type === 'condition') return judgement;
    const made = madeOf(node);
    if (made === null) return 'any';
    const key = JSON.stringify(made);
    const type = known.get(key) ?? (known.size < MAX_TYPES ? { fields: Object.fromEntries(made) } : 'any');
    known.set(key, type);
    return type;
  });
}

/** What `set` and `emit` make, by name; null where another node makes it, or nothing that could be. */
function madeOf({ type, config }: NodeDefinition): readonly (readonly [string, ScopeType])[] | null {
  if (type !== 'action') return null;
  const values = config['action'] === 'set' ? config['values'] : config['action'] === 'emit' ? config['facts'] : null;
  if (values === undefined || values === null || !isObject(values)) return null;
  const made = Object.entries(values).map(([name, expression]) => [name, literalType(expression)] as const);
  return made.some(([name]) => isInheritedName(name)) ? null : made;
}

const literals: readonly (readonly [RegExp, ScopeType])[] = [
  [/^(?:true|false)$/, 'flag'],
  [/^-?\d+(?:\.\d+)?$/, 'number'],
  [/^(?:"[^"\\]*"|'[^'\\]*')$/, 'text'],
];

/** Of a value that is written out; of others it is left open. */
function literalType(expression: unknown): ScopeType {
  if (typeof expression !== 'string') return 'any';
  return literals.find(([pattern]) => pattern.test(expression.trim()))?.[1] ?? 'any';
}
