/**
 * A personal value as it is stored: its JSON, encrypted with the key of the person it is about. Without that key it is noise for good, which
 * is how a person is erased from a timeline that never changes. `iv`, `tag` and `ciphertext` are base64url.
 */
export type Encrypted = Readonly<{ encrypted: 'A256GCM'; iv: string; tag: string; ciphertext: string }>;

/** Says whether a value is an encrypted one. */
export function isEncrypted(value: unknown): value is Encrypted {
  return typeof value === 'object' && value !== null && 'encrypted' in value && value.encrypted === 'A256GCM';
}
