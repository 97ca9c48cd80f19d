import type { JsonValue } from '../kernel/json.js';

/** Characters of one output, and of all outputs of a graph, as JSON. */
export const MAX_OUTPUT_LENGTH = 262_144;
export const MAX_OUTPUTS_LENGTH = 33_554_432;

/** Characters of a value as JSON; of none, 0. */
export function lengthOf(value: JsonValue | undefined): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}
