import type { ASTNode } from '@marcbachmann/cel-js';

/** They go through a list: their arguments are expressions, not values. */
const loops = new Set(['all', 'exists', 'exists_one', 'filter']);

/** The parts of a node, in the order they are written. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  if (node.op === 'value' || node.op === 'id') return [];
  if (node.op === '.' || node.op === '.?') return [node.args[0]];
  if (node.op === '!_' || node.op === '-_') return [node.args];
  if (node.op === 'call') return node.args[1];
  if (node.op === 'rcall') return [node.args[1], ...node.args[2]];
  return node.op === 'map' ? node.args.flat() : node.args;
}

/** Whether a node goes through a list. */
export function isLoop(node: ASTNode): boolean {
  return node.op === 'rcall' && loops.has(node.args[0]);
}

/** The node and everything below it, as it is written from left to right. */
export function allNodes(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  collect(node, found);
  return found;
}

function collect(node: ASTNode, found: ASTNode[]): void {
  found.push(node);
  for (const part of partsOf(node)) collect(part, found);
}

/**
 * Makes every whole number that is written down a double, as all numbers in JSON are: there is one kind of number, so 1 / 2 is a half, and
 * 80 is in a list with 80.5. What is written as an index or an argument, such as of `substring`, stays whole: there CEL takes nothing else.
 */
export function writeDoubles(node: ASTNode): void {
  if (node.op === 'value' && typeof node.args === 'bigint') {
    (node as { args: unknown }).args = Number(node.args);
    return;
  }
  for (const part of partsOf(node)) if (!staysWhole(node, part)) writeDoubles(part);
}

/** Makes every `contains` the one that takes no longer than its texts are long, whatever they hold. */
export function searchEvenly(tree: ASTNode): void {
  for (const node of allNodes(tree)) if (node.op === 'rcall' && node.args[0] === 'contains') node.args[0] = EVEN_SEARCH;
}

/** The name under which the environment has that `contains`: its own cannot be replaced. */
export const EVEN_SEARCH = 'containsText';

function staysWhole(node: ASTNode, part: ASTNode): boolean {
  if (node.op === '[]') return part === node.args[1] && !holdsLoop(part);
  if (node.op === 'call') return !holdsLoop(part);
  return node.op === 'rcall' && !isLoop(node) && part !== node.args[1] && !holdsLoop(part);
}

function holdsLoop(node: ASTNode): boolean {
  return allNodes(node).some(isLoop);
}
