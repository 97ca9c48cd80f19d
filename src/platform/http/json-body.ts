import type { DomainError } from '../../kernel/domain-error.js';
import { isInheritedName } from '../../kernel/inherited-name.js';
import { pointerStep } from '../../kernel/json-pointer.js';
import { invalidInput, type InputError } from './invalid-input.js';
import { textFault } from './text-faults.js';

/** How deep a body may nest. Deeper ones serve nobody and tire every recursive reader behind the edge. */
export const MAX_JSON_DEPTH = 64;

// A body can be wrong in a million places; a person reads the first few.
const MAX_ERRORS = 20;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body as JSON that every later part can trust: well-formed text, finite numbers, at most
 * `MAX_JSON_DEPTH` levels, no name that objects inherit. An empty body is no body.
 *
 * @throws DomainError `invalid-input`
 */
export function readJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const body = parse(bytes);
  const errors: InputError[] = [];
  inspect(body, '', 1, errors);
  if (errors.length > 0) throw invalidInput(errors);
  return body;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw broken(error);
  }
}

function broken(error: unknown): DomainError {
  const detail =
    error instanceof SyntaxError ? `is not valid JSON: ${error.message}.` : 'is not valid JSON: it is not UTF-8.';
  return invalidInput([{ pointer: '', detail }]);
}

function inspect(value: unknown, pointer: string, depth: number, errors: InputError[]): void {
  if (errors.length >= MAX_ERRORS) return;
  const detail = faultOf(value, depth);
  if (detail !== null) {
    errors.push({ pointer, detail });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => inspect(item, `${pointer}/${index}`, depth + 1, errors));
    return;
  }
  for (const [name, item] of Object.entries(value)) inspectMember(name, item, pointer, depth, errors);
}

function inspectMember(name: string, item: unknown, parent: string, depth: number, errors: InputError[]): void {
  const fault = isInheritedName(name) ? 'is a name that is not allowed here; choose another.' : textFault(name);
  // A name that cannot be written cannot be pointed at either.
  const pointer = textFault(name) === null ? parent + pointerStep(name) : parent;
  if (fault === null) inspect(item, pointer, depth + 1, errors);
  else errors.push({ pointer, detail: fault });
}

function faultOf(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return textFault(value);
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'is a number too large to be kept.';
  if (typeof value === 'object' && value !== null && depth > MAX_JSON_DEPTH) {
    return `is nested deeper than ${MAX_JSON_DEPTH} levels.`;
  }
  return null;
}
