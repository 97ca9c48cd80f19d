/**
 * Arrays as parameters in PostgreSQL's binary form: the server takes them as they are, where the text form is escaped here and parsed
 * there character by character. The form is that of array_send: dimensions, whether there are nulls, the elements' type, length and
 * first subscript, then each element with its length, -1 for null, all big-endian.
 */

/** How one type's elements go over the wire; `oid` as in pg_type. */
type ElementType<T> = Readonly<{
  oid: number;
  sizeOf: (value: T) => number;
  write: (value: T, to: Buffer, at: number) => void;
}>;

type Elements<T> = readonly (T | null)[];

const HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const YEAR_2000_MS = Date.UTC(2000, 0, 1);

export const uuidArray = arraysOf<string>({
  oid: 2950,
  sizeOf: () => 16,
  write: (id, to, at) => to.write(id.replaceAll('-', ''), at, 'hex'),
});
export const textArray = arraysOf<string>({
  oid: 25,
  sizeOf: (text) => Buffer.byteLength(text),
  write: (text, to, at) => to.write(text, at),
});
export const integerArray = arraysOf<number>({
  oid: 23,
  sizeOf: () => 4,
  write: (value, to, at) => to.writeInt32BE(value, at),
});
export const bigintArray = arraysOf<bigint>({
  oid: 20,
  sizeOf: () => 8,
  write: (value, to, at) => to.writeBigInt64BE(value, at),
});
export const byteaArray = arraysOf<Buffer>({
  oid: 17,
  sizeOf: ({ length }) => length,
  write: (bytes, to, at) => bytes.copy(to, at),
});

export const booleanArray = arraysOf<boolean>({
  oid: 16,
  sizeOf: () => 1,
  write: (value, to, at) => to.writeUInt8(value ? 1 : 0, at),
});

/** Elements are ISO 8601, to the millisecond. */
export const timestamptzArray = arraysOf<string>({
  oid: 1184,
  sizeOf: () => 8,
  write: (time, to, at) => to.writeBigInt64BE(BigInt(Date.parse(time) - YEAR_2000_MS) * 1000n, at),
});

/** Elements are JSON text; the first byte is the version of jsonb's binary form. */
export const jsonbArray = arraysOf<string>({
  oid: 3802,
  sizeOf: (json) => 1 + Buffer.byteLength(json),
  write: (json, to, at) => to.write(json, to.writeUInt8(1, at)),
});

/** With `lineLength` the elements are lines of so many, one after the other: an array of two dimensions. */
function arraysOf<T>({ oid, sizeOf, write }: ElementType<T>): (elements: Elements<T>, lineLength?: number) => Buffer {
  return (elements, lineLength) => {
    const lengths = lineLength === undefined ? [elements.length] : [elements.length / lineLength, lineLength];
    let total = HEADER_BYTES + lengths.length * DIMENSION_BYTES + elements.length * LENGTH_BYTES;
    for (const element of elements) if (element !== null) total += sizeOf(element);
    const array = Buffer.allocUnsafe(total);
    let at = writeHeader(array, oid, lengths);
    for (const element of elements) {
      const size = element === null ? NULL_LENGTH : sizeOf(element);
      at = array.writeInt32BE(size, at);
      if (element === null) continue;
      write(element, array, at);
      at += size;
    }
    return array;
  };
}

function writeHeader(array: Buffer, oid: number, lengths: readonly number[]): number {
  let at = 0;
  for (const word of [lengths.length, 1, oid, ...lengths.flatMap((length) => [length, 1])])
    at = array.writeInt32BE(word, at);
  return at;
}
