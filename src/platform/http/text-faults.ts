/** What makes a text impossible to store, as the end of a sentence; null where nothing does. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character, which cannot be stored.';
  return text.isWellFormed() ? null : 'holds half a character (a lone surrogate), which cannot be stored.';
}

// What `name in {}` would find; state is folded into plain objects, so such names never get in.
const inherited = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Says whether a name means something on every object (`__proto__`, `constructor`, `toString` ...). */
export function isInheritedName(name: string): boolean {
  return inherited.has(name);
}
