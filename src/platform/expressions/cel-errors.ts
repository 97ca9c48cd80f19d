import { EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';

/** What the library says is wrong, with where. */
export type CelError = ParseError | CelTypeError | EvaluationError;

/** Whether the library says what is wrong; else it tripped over something. */
export function isCelError(error: unknown): error is CelError {
  return error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
}

/** Where it is, from 1. */
export function columnOf({ range }: CelError): number {
  return (range?.start ?? 0) + 1;
}

/** What is wrong, as a sentence. */
export function sentence({ summary }: CelError): string {
  return /[.!?]$/.test(summary) ? summary : `${summary}.`;
}
