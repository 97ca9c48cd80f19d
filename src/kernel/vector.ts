/**
 * A list that is replaced one item at a time without copying all of it: a list of chunks, of which an update copies one. Plain JSON, so that
 * it may be kept in a snapshot; of ten thousand items an update copies some two hundred references.
 */
export type Vector<Item> = readonly (readonly Item[])[];

const CHUNK = 128;

/** A vector of so many items, each made from its index. */
export function vectorOf<Item>(size: number, itemAt: (index: number) => Item): Vector<Item> {
  const chunkCount = Math.ceil(size / CHUNK);
  return Array.from({ length: chunkCount }, (_, chunk) =>
    Array.from({ length: Math.min(CHUNK, size - chunk * CHUNK) }, (_item, index) => itemAt(chunk * CHUNK + index)),
  );
}

/** The item at an index that the vector has. */
export function itemAt<Item>(vector: Vector<Item>, index: number): Item {
  return (vector[Math.floor(index / CHUNK)] as readonly Item[])[index % CHUNK] as Item;
}

/** The vector with other items at some indexes; all that is not touched stays the same objects. */
export function withItems<Item>(vector: Vector<Item>, changes: ReadonlyMap<number, Item>): Vector<Item> {
  const chunks = [...vector];
  const own = new Map<number, Item[]>();
  for (const [index, item] of changes) {
    const number = Math.floor(index / CHUNK);
    const chunk = own.get(number) ?? [...(chunks[number] as readonly Item[])];
    own.set(number, chunk);
    chunk[index % CHUNK] = item;
    chunks[number] = chunk;
  }
  return chunks;
}

/** The vector with one item more at its end. */
export function withAppended<Item>(vector: Vector<Item>, item: Item): Vector<Item> {
  const last = vector.at(-1);
  if (last === undefined || last.length === CHUNK) return [...vector, [item]];
  return [...vector.slice(0, -1), [...last, item]];
}

/** How many items there are. */
export function sizeOf(vector: Vector<unknown>): number {
  const last = vector.at(-1);
  return last === undefined ? 0 : (vector.length - 1) * CHUNK + last.length;
}

/** All items, in order. */
export function itemsOf<Item>(vector: Vector<Item>): readonly Item[] {
  return vector.flat();
}
