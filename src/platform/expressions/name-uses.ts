import type { ASTNode } from '@marcbachmann/cel-js';
import type { NameUse } from '../../kernel/expression.js';
import { untypedEnvironment } from './cel-environment.js';
import { allNodes, partsOf } from './syntax-tree.js';

/** Every use of a name in an expression, in the order they are written; none in one that cannot be read. */
export function usesOf(expression: string, name: string): readonly NameUse[] {
  if (!expression.includes(name)) return []; // There is no other way to write a name.
  try {
    return usesIn(untypedEnvironment.parse(expression).ast, name);
  } catch {
    return []; // What keeps it from being read is found by the check.
  }
}

/** The name, with the fields asked of it, that ends at a place in an expression that can be read; null where none does. */
export function nameEndingAt(expression: string, end: number): string | null {
  const steps = allNodes(untypedEnvironment.parse(expression).ast).filter(({ op }) => op === '.' || op === '[]');
  const found = steps.find((node) => node.end === end);
  return found === undefined ? null : expression.slice(startOf(found), end);
}

function startOf(node: ASTNode): number {
  return node.op === '.' || node.op === '[]' ? startOf(node.args[0]) : node.start;
}

function usesIn(node: ASTNode, name: string): readonly NameUse[] {
  const use = useAt(node, name);
  return use === null ? partsOf(node).flatMap((part) => usesIn(part, name)) : [use];
}

/** A name, or fields asked of it one after another. */
function useAt(node: ASTNode, name: string): NameUse | null {
  if (node.op === 'id') return node.args === name ? { column: node.start + 1, path: [] } : null;
  const step = stepOf(node);
  if (step === null) return null;
  const use = useAt(step.of, name);
  return use === null ? null : { ...use, path: [...use.path, step.field] };
}

function stepOf(node: ASTNode): Readonly<{ of: ASTNode; field: string }> | null {
  if (node.op === '.') return { of: node.args[0], field: node.args[1] };
  if (node.op !== '[]' || node.args[1].op !== 'value') return null;
  const { args } = node.args[1];
  return typeof args === 'string' ? { of: node.args[0], field: args } : null;
}
