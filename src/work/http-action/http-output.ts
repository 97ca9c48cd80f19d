import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { readJsonBody } from '../../platform/http/json-body.js';
import type { Answer } from '../../platform/outbound/http-exchange.js';
import { hopeless } from '../worker/runner.js';

/** As many as an output has characters at most. */
export const MAX_ANSWER_BYTES = 262_144;

/** Headers that say something about the answer; cookies and the like are nobody's business later. */
const KEPT_HEADERS = [
  'content-type',
  'date',
  'etag',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'x-request-id',
];

/** An answer as a node's output: JSON where it is JSON, else its text. */
export function outputOf({ status, headers, body }: Answer): JsonObject {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw hopeless(`Its answer is encoded as ${encoding}, which was not asked for.`);
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, storable(value)] as const] : [];
  });
  return { status, headers: Object.fromEntries(kept), body: contentOf(body, headers['content-type'] ?? '') };
}

/** JSON that cannot be kept as such, such as one nested too deep, is kept as its text. */
function contentOf(body: Buffer, contentType: string): JsonValue {
  if (body.length === 0) return null;
  if (!/^[^;]*[/+]json\s*(?:;|$)/i.test(contentType)) return storable(body.toString('utf8'));
  try {
    return readJsonBody(body) as JsonValue;
  } catch {
    return storable(body.toString('utf8'));
  }
}

/** PostgreSQL keeps no NUL and no half a character. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
