import { mapFaults, type FieldFault } from './field-faults.js';
import { invalidInput } from './invalid-input.js';

/** Reads a body that is a map, of at most `max` entries. Nothing is converted; no body is not an empty map. @throws DomainError `invalid-input` */
export function readMap<T extends object>(type: new () => T, max: number, sent: unknown): Readonly<Record<string, T>> {
  const faults = mapFaults(type, max, sent);
  if (faults.length > 0) throw invalidInput(faults.map(errorOf));
  return sent as Readonly<Record<string, T>>;
}

function errorOf({ kind, pointer, expected, unknown }: FieldFault) {
  if (unknown !== undefined) return { pointer, detail: `is not known; known are: ${unknown.known.join(', ')}.` };
  return { pointer, detail: kind === 'missing-field' ? `is required and ${expected}` : expected };
}
