import type { JsonValue } from '../../kernel/json.js';
import { SECRET_PREFIX, type Secrets } from '../../platform/config/secrets.js';
import { hopeless } from '../worker/runner.js';

/** A header's value as it is written: itself, or the name of a secret. */
export type HeaderValue = string | Readonly<{ secret: string }>;

/** Words of a secret this long are hidden by themselves too: `Bearer abc...` may come back as `abc...`. */
const WORD_LENGTH = 8;

/** The value to send, and what of it must not be seen anywhere. */
export type Revealed = Readonly<{ value: string; hidden: readonly string[] }>;

/** Looks a header's value up where it is a secret. @throws JobFailure where there is no secret of that name */
export function reveal(value: HeaderValue, secrets: Secrets): Revealed {
  if (typeof value === 'string') return { value, hidden: [] };
  const secret = secrets.get(value.secret);
  if (secret === undefined)
    throw hopeless(`There is no secret ${value.secret}: ${SECRET_PREFIX}${value.secret} is not set.`);
  return { value: secret, hidden: [secret, ...secret.split(/\s+/).filter((word) => word.length >= WORD_LENGTH)] };
}

/** The same text with `***` for whatever is hidden. */
export function concealed(text: string, hidden: readonly string[]): string {
  return hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** The same JSON with `***` for whatever is hidden, in texts, names and numbers. */
export function concealedJson(value: JsonValue, hidden: readonly string[]): JsonValue {
  if (hidden.length === 0 || value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return concealed(value, hidden);
  if (typeof value === 'number') return hidden.some((secret) => String(value).includes(secret)) ? '***' : value;
  if (isList(value)) return value.map((item) => concealedJson(item, hidden));
  const entries = Object.entries(value).map(
    ([name, item]) => [concealed(name, hidden), item === undefined ? item : concealedJson(item, hidden)] as const,
  );
  return Object.fromEntries(entries);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
