import { isInheritedName } from '../../kernel/inherited-name.js';
import type { JsonValue } from '../../kernel/json.js';
import { MAX_JSON_DEPTH } from '../http/json-body.js';
import { textFault } from '../http/text-faults.js';

/** Characters of a value, as JSON. */
const MAX_VALUE_LENGTH = 262_144;

/** Why a value that CEL made is none that JSON has. */
class NoJsonError extends Error {}

/**
 * The JSON of what an expression answered, or why there is none. What JSON has no word for is spelled as protocol buffers do: times in
 * ISO 8601, durations as `90s`, bytes in base64.
 */
export function expressionValue(value: unknown): Readonly<{ value: JsonValue }> | Readonly<{ failure: string }> {
  try {
    const json = jsonOf(value, 1, { left: MAX_VALUE_LENGTH });
    return { value: json };
  } catch (error) {
    if (error instanceof NoJsonError) return { failure: error.message };
    throw error;
  }
}

/** What may still be added. */
type Room = { left: number };

function jsonOf(value: unknown, depth: number, room: Room): JsonValue {
  if (typeof value === 'object' && value !== null) return ofObject(value, depth, room);
  const json = scalarOf(value);
  take(room, typeof json === 'string' ? json.length + 2 : String(json).length);
  return json;
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return whole(value);
  throw new NoJsonError('It answers something that is no value.');
}

function ofObject(value: object, depth: number, room: Room): JsonValue {
  const spelled = spelling(value);
  if (spelled !== null) return jsonOf(spelled, depth, room);
  if (depth > MAX_JSON_DEPTH)
    throw new NoJsonError(`It answers more than ${String(MAX_JSON_DEPTH)} levels within one another.`);
  take(room, 2);
  if (Array.isArray(value)) return value.map((item: unknown) => jsonOf(item, depth + 1, room));
  const entries = value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : plainEntries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [nameOf(name, room), jsonOf(item, depth + 1, room)] as const),
  );
}

/** What stands for an object that is no list and no record; null for those. */
function spelling(value: object): string | bigint | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? outOfRange() : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (isDuration(value)) return `${(Number(value) / 1000).toFixed(9).replace(/\.?0+$/, '')}s`;
  return isUnsigned(value) ? value.value : null;
}

function isDuration(value: object): boolean {
  return classOf(value) === 'Duration';
}

function isUnsigned(value: object): value is Readonly<{ value: bigint }> {
  return classOf(value) === 'UnsignedInt';
}

/** The library does not hand out the classes of its values, only their names. */
function classOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as Readonly<{ constructor: Readonly<{ name: string }> }> | null;
  return prototype?.constructor.name;
}

function plainEntries(value: object): readonly (readonly [unknown, unknown])[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    throw new NoJsonError('It answers something that is no value.');
  return Object.entries(value);
}

function nameOf(name: unknown, room: Room): string {
  const text = textOf(String(scalarOf(name)));
  if (isInheritedName(text)) throw new NoJsonError(`It answers something named ${text}, which is not allowed.`);
  take(room, text.length + 3);
  return text;
}

function textOf(text: string): string {
  const fault = textFault(text);
  if (fault === null) return text;
  throw new NoJsonError(`It answers a text that ${fault}`);
}

/** CEL divides by zero and goes on; minus nothing is nothing. */
function finite(value: number): number {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  return outOfRange();
}

function whole(value: bigint): number {
  return Number.isSafeInteger(Number(value)) ? Number(value) : outOfRange();
}

function outOfRange(): never {
  throw new NoJsonError('It answers a number or a time that is out of range.');
}

function take(room: Room, length: number): void {
  room.left -= length + 1; // With what separates it from the next.
  if (room.left < 0) throw new NoJsonError(`It answers more than ${String(MAX_VALUE_LENGTH)} characters, as JSON.`);
}
