/**
 * JSON with one spelling: RFC 8785 (JCS). What is hashed or signed is written this way, so that whoever has the value has the bytes.
 *
 * Names are in the order of their UTF-16 code units, there is no white space, and texts and numbers are spelt as `JSON.stringify` spells
 * them. A field that is undefined is left out. Throws `TypeError` for what has no canonical form: a number beyond all numbers, half a character.
 */
export function canonicalJson(value: unknown): string {
  // The engine itself writes several times faster what is in order.
  const inOrder = ordered(value);
  return inOrder === UNORDERABLE ? written(value) : JSON.stringify(inOrder);
}

const UNORDERABLE = Symbol('unorderable');

/** The value with the names of every object in order: itself where they are, else a copy of what is not. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return orderedList(value);
  if (typeof value === 'object' && value !== null) return orderedObject(value as Readonly<Record<string, unknown>>);
  return isSpelt(value) ? value : UNORDERABLE;
}

function orderedList(list: readonly unknown[]): unknown {
  let copy: unknown[] | null = null;
  for (const [index, item] of list.entries()) {
    const each = ordered(item);
    if (each === UNORDERABLE) return UNORDERABLE;
    if (each !== item) (copy ??= [...list])[index] = each;
  }
  return copy ?? list;
}

function orderedObject(object: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(object);
  if (!names.every(canBeOrdered)) return UNORDERABLE;
  const isSorted = names.every((name, index) => index === 0 || (names[index - 1] as string) < name);
  let copy: Record<string, unknown> | null = isSorted ? null : {};
  for (const name of isSorted ? names : names.sort()) {
    const each = ordered(object[name]);
    if (each === UNORDERABLE) return UNORDERABLE;
    if (each !== object[name]) copy ??= { ...object };
    if (copy !== null) copy[name] = each;
  }
  return copy ?? object;
}

/** Objects have names that look like numbers first, whatever the order in which they were given; and one name stands for something else. */
function canBeOrdered(name: string): boolean {
  const first = name.charCodeAt(0);
  return !(first >= 48 && first <= 57) && name !== '__proto__' && name.isWellFormed();
}

function isSpelt(value: unknown): boolean {
  return typeof value === 'string' ? value.isWellFormed() : typeof value !== 'number' || Number.isFinite(value);
}

function written(value: unknown): string {
  if (typeof value === 'string') return writtenText(value);
  if (typeof value !== 'object' || value === null) {
    if (!isSpelt(value)) throw new TypeError('A number beyond all numbers has no canonical form.');
    return JSON.stringify(value ?? null);
  }
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const each = (value as Readonly<Record<string, unknown>>)[name];
    if (each !== undefined) text += `${text === '' ? '' : ','}${writtenText(name)}:${written(each)}`;
  }
  return `{${text}}`;
}

/** No quote, backslash, control character or surrogate: nothing to escape, nothing that could be half. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function writtenText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('Half a character has no canonical form.');
  return JSON.stringify(text);
}
