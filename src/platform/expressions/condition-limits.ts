/**
 * How conditions are kept from taking long, whoever wrote them: what is refused before any is evaluated.
 *
 * An expression is short and shallow, loops are not nested, and only functions that take time by the length of what they are given are
 * allowed: nothing that matches regular expressions, builds lists as long as texts or binds names. What is left takes as long as its values
 * have it: its steps are counted while it is evaluated (`counted-tree.ts`), and no clock makes the same condition fail today and hold tomorrow.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { ConditionFault } from '../../kernel/expression.js';
import { nearest } from '../../kernel/nearest.js';
import { isLoop, partsOf } from './syntax-tree.js';

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
