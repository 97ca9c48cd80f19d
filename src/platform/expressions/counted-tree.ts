/**
 * How the steps of an expression are counted while it is evaluated.
 *
 * Every part that is evaluated takes a step, every time. What looks through its operands takes more by how large they are, before it does so:
 * see `step-costs.ts`. The library has no such count. It evaluates every part of a tree by calling the `evaluate` of its node, so each node gets
 * one that counts; the test that knows the number of steps of some expressions notices a library that does otherwise.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Effort } from './effort.js';
import { costOf } from './step-costs.js';
import { allNodes } from './syntax-tree.js';

type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;
type Evaluated = { evaluate: Evaluate };

/** A node as the library evaluates it: by another in its place, as a macro, or by itself. */
type Node = Evaluated & Readonly<{ meta: Evaluated & Readonly<{ alternate?: Evaluated; macro?: Evaluated }> }>;

/** What an error costs: it takes along where it happened. */
const STEPS_OF_ERROR = 100;

/** Has every part of a tree take its steps of an effort whenever it is evaluated. */
export function countSteps(tree: ASTNode, effort: Effort): void {
  const errors = new WeakSet<Error>();
  for (const node of allNodes(tree)) count(node as unknown as Node, effort, errors);
  for (const node of allNodes(tree)) countOperands(node, effort);
  for (const node of allNodes(tree)) endSoon(node, effort);
}

function count(node: Node, effort: Effort, errors: WeakSet<Error>): void {
  node.evaluate = (evaluator, _node, context) => {
    effort.take(1);
    try {
      return evaluateNode(node, evaluator, context);
    } catch (error) {
      if (error instanceof Error && !errors.has(error)) {
        errors.add(error);
        effort.take(STEPS_OF_ERROR);
      }
      throw error;
    }
  };
}

function evaluateNode(node: Node, evaluator: unknown, context: unknown): unknown {
  const { alternate, macro, evaluate } = node.meta;
  const other = alternate ?? macro;
  return other === undefined ? evaluate(evaluator, node, context) : other.evaluate(evaluator, other, context);
}

/** When the last operand is there, its steps are taken; whichever that is, for the library does not go from left to right. */
function countOperands(node: ASTNode, effort: Effort): void {
  const cost = costOf(node);
  if (cost === null) return;
  const { operands, steps } = cost;
  const values: unknown[] = [];
  let missing = operands.length;
  around(node, () => (missing = operands.length));
  for (const [place, operand] of operands.entries()) {
    around(operand, undefined, (value) => {
      values[place] = value;
      missing -= 1;
      if (missing === 0) effort.take(steps(values));
    });
  }
}

/** `all` and `exists` go on after an error: with no steps left, they are told what ends them. What they answer then does not count. */
function endSoon(node: ASTNode, effort: Effort): void {
  const [name, , [, predicate] = []] = node.op === 'rcall' ? node.args : [];
  if (predicate === undefined || (name !== 'all' && name !== 'exists')) return;
  const evaluated = predicate as unknown as Node;
  const { evaluate } = evaluated;
  evaluated.evaluate = (...asked) => {
    try {
      return evaluate(...asked);
    } catch (error) {
      if (effort.isUsedUp()) return name === 'exists';
      throw error;
    }
  };
}

function around(node: ASTNode, before?: () => void, after?: (value: unknown) => void): void {
  const evaluated = node as unknown as Node;
  const { evaluate } = evaluated;
  evaluated.evaluate = (evaluator, asked, context) => {
    before?.();
    const value = evaluate(evaluator, asked, context);
    after?.(value);
    return value;
  };
}
