/** What makes a text impossible to store, as the end of a sentence; null where nothing does. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character, which cannot be stored.';
  return text.isWellFormed() ? null : 'holds half a character (a lone surrogate), which cannot be stored.';
}
