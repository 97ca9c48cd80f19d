import type { ASTNode } from '@marcbachmann/cel-js';
import { STEPS_A_COMMAND } from '../../kernel/expression.js';
import { isLoop } from './syntax-tree.js';

/** What a part of an expression looks through, and how many steps that takes for the values it has. */
type Cost = Readonly<{ operands: readonly ASTNode[]; steps: (values: readonly unknown[]) => number }>;

/** Characters for a step: where they are compared or copied, and where each is looked at. */
const COMPARED_A_STEP = 16;
const READ_A_STEP = 8;

/** A clock elsewhere is asked in a tenth of a millisecond. */
const STEPS_OF_TIME_ZONE = 1000;

/** How a part costs more than the step of its own; null where it does not. */
export function costOf(node: ASTNode): Cost | null {
  switch (node.op) {
    case '==':
    case '!=':
      return { operands: node.args, steps: ([left, right]) => comparing(left, right) };
    case 'in':
      return { operands: node.args, steps: ([item, list]) => searching(item, list) };
    case '?:':
      return { operands: [node.args[0]], steps: typing };
    case '!_':
    case '-_':
      return { operands: [node.args], steps: typing };
    case '[]':
      return { operands: [node.args[1]], steps: reading };
    case 'call':
      return node.args[0] === 'has' ? null : { operands: node.args[1], steps: calling(node.args[0]) };
    case 'rcall':
      return isLoop(node) ? { operands: [node.args[1]], steps: typing } : methodCost(node.args);
    case 'value':
    case 'id':
    case '.':
    case '.?':
    case '[?]':
    case 'list':
    case 'map':
      return null;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '&&':
    case '||':
      return { operands: node.args, steps: combining };
  }
}

function methodCost([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]]): Cost {
  const isElsewhere = name.startsWith('get') && args.length > 0;
  const steps = calling(name);
  return {
    operands: [receiver, ...args],
    steps: (values) => steps(values) + (isElsewhere ? STEPS_OF_TIME_ZONE : 0),
  };
}

/** What is called reads its texts, once each; a duration takes by the third power of how long its text is. */
function calling(name: string): Cost['steps'] {
  if (name !== 'duration') return reading;
  return (values) => reading(values) + sum(values, (value) => (typeof value === 'string' ? value.length ** 3 / 50 : 0));
}

function reading(values: readonly unknown[]): number {
  return typing(values) + sum(values, (value) => lengthOf(value) / READ_A_STEP);
}

/** Adding, and asking which comes first. */
function combining(values: readonly unknown[]): number {
  const copied = sum(values, (value) => (Array.isArray(value) ? value.length : lengthOf(value) / COMPARED_A_STEP));
  return typing(values) + copied;
}

/** Texts of different lengths are different at once, and so is what is not of the same kind. */
function comparing(left: unknown, right: unknown): number {
  if (isObject(left) && isObject(right)) return sizeOf(left) + sizeOf(right);
  if (typeof left !== 'string' || typeof right !== 'string') return typing([left, right]);
  return left.length === right.length ? left.length / COMPARED_A_STEP : 0;
}

/** Each item is compared with what is looked for, all of which may be looked at each time. */
function searching(item: unknown, list: unknown): number {
  if (!Array.isArray(list)) return typing([item, list]) + lengthOf(item) / COMPARED_A_STEP;
  return sizeOf(list) + (isObject(item) ? list.length * sizeOf(item) : 0);
}

/** To find the type of a value, the names of objects are listed, from one first entry to the next. */
function typing(values: readonly unknown[]): number {
  return sum(values, stepsToType);
}

function stepsToType(value: unknown): number {
  if (!isObject(value) || value instanceof Uint8Array) return 0;
  if (Array.isArray(value)) return 1 + stepsToType(value[0]);
  const names = Object.keys(value);
  return 1 + names.length + stepsToType((value as Readonly<Record<string, unknown>>)[names[0] ?? '']);
}

/** Steps to go through all of a value; of one that takes more than there are for a command, only so many. */
export function sizeOf(value: unknown): number {
  const waiting: unknown[] = [value];
  let size = 0;
  while (waiting.length > 0 && size <= STEPS_A_COMMAND) {
    const next = waiting.pop();
    const parts = partsOf(next);
    size += 1 + parts.length + lengthOf(next) / COMPARED_A_STEP;
    if (size <= STEPS_A_COMMAND) for (const part of parts) waiting.push(part);
  }
  return size;
}

function partsOf(value: unknown): readonly unknown[] {
  if (!isObject(value) || value instanceof Uint8Array) return [];
  return Array.isArray(value) ? value : Object.entries(value).flat();
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sum(values: readonly unknown[], each: (value: unknown) => number): number {
  let whole = 0;
  for (const value of values) if (isLong(value)) whole += each(value);
  return whole;
}

/** Whether it may take more than a moment to look at; most values do not. */
function isLong(value: unknown): boolean {
  return typeof value === 'string' || isObject(value);
}
