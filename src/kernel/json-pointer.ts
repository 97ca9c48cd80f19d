/** Names can be a megabyte long; a person reads the beginning. */
const MAX_READABLE_LENGTH = 300;

const special = /[~/]/;

/** One step of a JSON pointer, escaped (RFC 6901). */
export function pointerStep(name: string | number): string {
  if (typeof name === 'number' || !special.test(name)) return `/${name}`;
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A pointer as it is shown: of a very long one its first 300 characters. */
export function readablePointer(pointer: string): string {
  if (pointer.length <= MAX_READABLE_LENGTH) return pointer;
  return `${pointer.slice(0, MAX_READABLE_LENGTH).toWellFormed()}...`;
}
