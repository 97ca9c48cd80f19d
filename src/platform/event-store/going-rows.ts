import type { ChangedRow } from './append.js';
import { RECORDED_AT } from './recorded-at.js';
import type { RowTable } from './row-tables.js';

/** A row on its way, with the place of its append, from 1. */
export type Going = Readonly<{ stream: number; table: string; change: ChangedRow }>;

/** Rows of one table, those with changes first. Where they are alike, all have changes, in the same columns, or none has. */
export type Batch = Readonly<{
  table: RowTable;
  changed: readonly Going[];
  whole: readonly Going[];
  isAlike: boolean;
}>;

/** What goes beside a row's values: the columns that change, and the version it was known in. */
export type Written = Readonly<{ marks: bigint; before: bigint | null }>;

/** Says that the time of recording stands somewhere within a text. */
export const TIMED = 1n << 62n;

/** Bits of the lower part of marks: numbers of this size are cheap. */
export const LOW_BITS = 31;

/** As the column's type reads it; JSON's null is none at all, as it is where rows are read from JSON. */
export function textOf(value: unknown, isJson: boolean): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return isJson ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}

/** A time by itself is known as one; within a text or JSON it has to be looked for. */
export function isTimedText(text: string | null, { isJson, isText }: RowTable['columns'][number]): boolean {
  return text !== null && (isJson || isText) && text.includes(RECORDED_AT);
}
