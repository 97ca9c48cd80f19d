import type { ColumnOptions } from 'typeorm';

// TypeORM calls transformers with null for empty columns, whatever their types say.
const orNull =
  <From, To>(convert: (value: From) => To) =>
  (value: From | null): To | null =>
    value === null ? null : convert(value);

const same = (value: unknown): unknown => value;

/** A bigint that is a number in this code: versions stay far below 2^53. */
export const bigintColumn: ColumnOptions = { type: 'bigint', transformer: { from: orNull(Number), to: same } };

/** A time as ISO 8601 in UTC, to the millisecond. */
export const timeColumn: ColumnOptions = {
  type: 'timestamptz',
  precision: 3,
  transformer: { from: orNull((time: Date) => time.toISOString()), to: same },
};
