const special = /[~/]/;

/** One step of a JSON pointer, escaped (RFC 6901). */
export function pointerStep(name: string | number): string {
  if (typeof name === 'number' || !special.test(name)) return `/${name}`;
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
