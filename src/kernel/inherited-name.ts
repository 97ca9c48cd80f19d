// What `name in {}` would find; state is folded into plain objects, so such names never get in.
const inherited = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Says whether a name means something on every object (`__proto__`, `constructor`, `toString` ...). */
export function isInheritedName(name: string): boolean {
  return inherited.has(name);
}
