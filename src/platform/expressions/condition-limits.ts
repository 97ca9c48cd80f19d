/**
 * How conditions are kept from taking long, whoever wrote them.
 *
 * An expression is short and shallow, loops are not nested, and only functions that take time by the length of what they are given are
 * allowed: nothing that matches regular expressions, builds lists as long as texts or binds names. A loop goes through short lists only, and
 * through fewer items the more there is to look at for each. So the costliest one there is takes a fraction of a second, and there is no clock
 * that could make the same condition fail today and hold tomorrow.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { ConditionFault } from '../../kernel/expression.js';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { nearest } from '../../kernel/nearest.js';
import { allNodes, isLoop, partsOf } from './syntax-tree.js';

/** Characters of a condition. */
export const MAX_LENGTH = 1000;

/** What the parser refuses beyond. */
export const parserLimits = {
  maxAstNodes: 200,
  maxDepth: 24,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 4,
};

/** Items of a list, or entries of an object, that a loop may meet. */
const MAX_LOOP_ITEMS = 500;

/** Items that a loop may go through, times the characters that each turn may look at: a hundred items beside 20,000 characters. */
const MAX_LOOP_WORK = 2_000_000;

const functions = [
  ...['all', 'exists', 'exists_one', 'filter', 'has', 'size'],
  ...['bool', 'double', 'int', 'string', 'duration', 'timestamp'],
  ...['contains', 'endsWith', 'startsWith', 'substring'],
  ...['lowerAscii', 'upperAscii', 'trim'],
  ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getMonth'],
  ...['getHours', 'getMilliseconds', 'getMinutes', 'getSeconds'],
];

/** A function that is not there or not allowed, or loops within loops; null where there is neither. */
export function limitFault(node: ASTNode, isInLoop = false): ConditionFault | null {
  const fault = functionFault(node) ?? (isInLoop && isLoop(node) ? nestedLoop(node) : null);
  if (fault !== null) return fault;
  const [range, ...rest] = partsOf(node);
  for (const part of rest) {
    const found = limitFault(part, isInLoop || isLoop(node));
    if (found !== null) return found;
  }
  return range === undefined ? null : limitFault(range, isInLoop);
}

function functionFault(node: ASTNode): ConditionFault | null {
  if (node.op !== 'call' && node.op !== 'rcall') return null;
  const [name] = node.args;
  if (functions.includes(name)) return null;
  const column = node.start + 1;
  if (name === 'matches') {
    const message = 'matches() is not allowed: a regular expression can take very long.';
    return { code: 'condition-not-allowed', column, message, hint: 'Use startsWith, endsWith, contains or ==.' };
  }
  const close = nearest(name, functions);
  const hint = close === null ? `There are: ${functions.join(', ')}.` : `Did you mean ${close}?`;
  return { code: 'condition-not-allowed', column, message: `There is no function ${name}() here.`, hint };
}

function nestedLoop(node: ASTNode): ConditionFault {
  const message = 'It goes through a list for each item of another list.';
  const hint = 'Use all, exists, exists_one and filter beside one another, not within one another.';
  return { code: 'condition-not-allowed', column: node.start + 1, message, hint };
}

/** Why a condition with a loop would take too long with these values; null where it would not. */
export function loopFault(tree: ASTNode, values: JsonObject): string | null {
  const nodes = allNodes(tree);
  if (!nodes.some(isLoop)) return null;
  const names = new Set(nodes.flatMap((node) => (node.op === 'id' ? [node.args] : [])));
  const met = Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
  const written = nodes.map((node) => (node.op === 'list' ? node.args.length : 0));
  const sums = nodes.filter(({ op }) => op === '+').length + 1; // Each may double a text.
  return longListIn(met, '') ?? workFault(Math.max(longestIn(met), ...written) * sums, sizeOf(met));
}

function workFault(itemCount: number, size: number): string | null {
  if (itemCount * size <= MAX_LOOP_WORK) return null;
  const limit = String(MAX_LOOP_WORK);
  return `It may go through ${String(itemCount)} items, each time with values of ${String(size)} characters; ${limit} in all is the limit.`;
}

function longListIn(value: JsonValue | undefined, path: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const items = entriesOf(value);
  if (items.length > MAX_LOOP_ITEMS) {
    const limit = String(MAX_LOOP_ITEMS);
    return `${path} has ${String(items.length)} items; a condition that goes through a list takes at most ${limit} anywhere.`;
  }
  for (const [name, item] of items) {
    const found = longListIn(item, path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

function longestIn(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = entriesOf(value);
  return Math.max(items.length, ...items.map(([, item]) => longestIn(item)));
}

/** Characters of every text and name, and one for anything else. */
function sizeOf(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 1;
  const names = Array.isArray(value) ? 0 : Object.keys(value).join('').length;
  return entriesOf(value).reduce((sum, [, item]) => sum + sizeOf(item), names + 1);
}

function entriesOf(value: object): readonly (readonly [string, JsonValue | undefined])[] {
  return Object.entries(value as Readonly<Record<string, JsonValue | undefined>>);
}
