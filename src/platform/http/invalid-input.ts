import { refuse, type DomainError } from '../../kernel/domain-error.js';
import { readablePointer } from '../../kernel/json-pointer.js';

/**
 * One thing wrong with a request. `pointer` is a JSON pointer into the body; with `in` it is `/name` of a query
 * parameter, a path parameter or a header.
 */
export type InputError = Readonly<{ pointer: string; detail: string; in?: 'query' | 'path' | 'header' }>;

// A request can be wrong in a million places; a person reads the first few.
const MAX_ERRORS = 20;

/** The refusal of a request that is not understood, naming what is wrong with it: the first 20 things. */
export function invalidInput(found: readonly InputError[]): DomainError {
  const errors = found.slice(0, MAX_ERRORS).map((error) => ({ ...error, pointer: readablePointer(error.pointer) }));
  const [first] = errors;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  const place = first === undefined || first.pointer === '' ? 'The request' : first.pointer;
  return refuse('invalid-input', `${place} ${first?.detail ?? 'is not understood.'}${more}`, { errors });
}
