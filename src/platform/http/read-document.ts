import { fieldFaults, type FieldFault } from './field-faults.js';
import { invalidInput } from './invalid-input.js';

/** Reads a body that has maps in it, into which the pipe for bodies does not look. Nothing is converted. @throws DomainError `invalid-input` */
export function readDocument<T extends object>(type: new () => T, sent: unknown): T {
  const faults = fieldFaults(type, sent === undefined ? {} : sent);
  if (faults.length > 0) throw invalidInput(faults.map(errorOf));
  return sent as T;
}

function errorOf({ kind, pointer, expected, unknown }: FieldFault) {
  if (unknown !== undefined) return { pointer, detail: `is not known; known are: ${unknown.known.join(', ')}.` };
  return { pointer, detail: kind === 'missing-field' ? `is required and ${expected}` : expected };
}
