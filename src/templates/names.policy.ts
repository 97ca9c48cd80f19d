import { isInheritedName } from '../kernel/inherited-name.js';
import { problem, type Problem } from '../kernel/definition-problem.js';

/** What the key of a template, a stage, a milestone or a criterion looks like, and the code of a rule. */
export const keySyntax = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** The same in words. */
export const aboutKeys = `a-z, 0-9, _ and -, beginning with a letter or a digit: ${keySyntax.source}`;

/** What is wrong with a key. */
export function checkKey(key: string, path: string): readonly Problem[] {
  if (keySyntax.test(key) && isInheritedName(key)) {
    return [problem('bad-key', path, `"${key}" is a name that is not allowed here.`, 'Choose another.')];
  }
  if (keySyntax.test(key)) return [];
  const hint = 'Use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or a digit.';
  return [problem('bad-key', path, `"${key}" is not a key.`, hint)];
}

/** What is wrong with what people are to read. */
export function checkName(name: string, path: string): readonly Problem[] {
  if (name.trim() !== '') return [];
  return [problem('no-name', path, 'It has no name.', 'Give it the name people will read.')];
}

/** The keys that are there before; `field` is what they are called there. */
export function checkUnique(keys: readonly string[], path: string, field: 'key' | 'code'): readonly Problem[] {
  return keys
    .map((key, index) => ({ key, index }))
    .filter(({ key, index }) => keys.indexOf(key) < index)
    .map(({ key, index }) => {
      const place = `${path}/${String(index)}/${field}`;
      return problem('duplicate-key', place, `"${key}" is there twice.`, `Give each its own ${field}.`);
    });
}
