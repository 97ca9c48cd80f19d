import type { JsonValue } from '../kernel/json.js';

/** Characters of one output, and of all outputs of a graph, as JSON. */
export const MAX_OUTPUT_LENGTH = 262_144;
export const MAX_OUTPUTS_LENGTH = 33_554_432;

/** Characters of a value as JSON; of none, 0. */
export function lengthOf(value: JsonValue | undefined): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

/** About how much memory a value takes up, in characters: without spelling it. */
export function roughSize(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length;
  if (value === undefined || value === null || typeof value !== 'object') return 8;
  return Object.values(value).reduce<number>((size, each) => size + 16 + roughSize(each), 16);
}
