import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';

/** What makes two requests the same to an idempotency key. */
export type HashedRequest = Readonly<{
  /** The key it came with: an answer is for its caller alone. */
  keyId: string;
  method: string;
  /** Without the `/api` prefix. */
  path: string;
  query: unknown;
  ifMatch: string | undefined;
  occurredAt: string | undefined;
  body: unknown;
}>;

/** Hex SHA-256 over a request's canonical (RFC 8785) form: neither blanks nor the order of keys matter. */
export function requestHash(request: HashedRequest): string {
  return createHash('sha256').update(canonicalJson(request)).digest('hex');
}
