/**
 * JSON with one spelling: RFC 8785 (JCS). What is hashed or signed is written this way, so that whoever has the value has the bytes.
 *
 * Names are in the order of their UTF-16 code units, there is no white space, and texts and numbers are spelt as `JSON.stringify` spells
 * them. A field that is undefined is left out. Throws `TypeError` for what has no canonical form: a number beyond all numbers, half a character.
 */
export function canonicalJson(value: unknown): string {
  // What is in order already, as anything that was read from canonical JSON, is written several times faster by the engine itself.
  return isInOrder(value) ? JSON.stringify(value) : written(value);
}

function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isSpelt(value);
  if (Array.isArray(value)) return value.every(isInOrder);
  const names = Object.keys(value);
  return names.every(
    (name, index) =>
      (index === 0 || (names[index - 1] ?? '') < name) &&
      isSpelt(name) &&
      isInOrder((value as Readonly<Record<string, unknown>>)[name]),
  );
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
