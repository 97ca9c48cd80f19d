import type { JsonValue } from '../kernel/json.js';

/** The value under a key a client chose: never what an object inherits, such as `constructor`. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Whether two values are the same JSON; the order of keys does not matter, a key that is `undefined` is not there. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, JsonValue | undefined>>;
  const right = b as Readonly<Record<string, JsonValue | undefined>>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
    isSameJson(own(left, key), own(right, key)),
  );
}
