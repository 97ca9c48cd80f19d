import { refuse, type DomainError } from '../../kernel/domain-error.js';

/**
 * One thing wrong with a request. `pointer` is a JSON pointer into the body; with `in` it is `/name` of a query
 * parameter, a path parameter or a header.
 */
export type InputError = Readonly<{ pointer: string; detail: string; in?: 'query' | 'path' | 'header' }>;

/** The refusal of a request that is not understood, naming everything that is wrong with it. */
export function invalidInput(errors: readonly InputError[]): DomainError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const place = first === undefined || first.pointer === '' ? 'The request' : first.pointer;
  return refuse('invalid-input', `${place} ${first?.detail ?? 'is not understood.'}${more}`, { errors });
}

/** Escapes one step of a JSON pointer (RFC 6901). */
export function pointerStep(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
