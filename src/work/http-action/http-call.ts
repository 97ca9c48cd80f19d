import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { isConnectionHeader } from '../actions.policy.js';
import { hopeless } from '../worker/runner.js';
import type { HeaderValue } from './secrets.js';

/** What a node with the action `http` asks for. */
export type HttpCall = Readonly<{
  method: string;
  url: URL;
  headers: Readonly<Record<string, HeaderValue>>;
  /** JSON to send; undefined is nothing. */
  body: JsonValue | undefined;
  timeoutSeconds: number;
}>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const WITH_INPUT = ['POST', 'PUT', 'PATCH'];
const DEFAULT_TIMEOUT_SECONDS = 30;
/** A node may have longer, its single calls not. */
const MAX_TIMEOUT_SECONDS = 3600;

/**
 * Reads a job's payload. What a template holds was checked when it was published; a person may have sent another payload since.
 *
 * @throws JobFailure saying what is wrong
 */
export function httpCallOf({ config, input }: JsonObject): HttpCall {
  const { method, url, headers = {}, body, timeout_seconds = DEFAULT_TIMEOUT_SECONDS } = objectOf(config, 'config');
  if (typeof method !== 'string' || !METHODS.includes(method))
    throw hopeless(`config.method must be one of ${METHODS.join(', ')}.`);
  if (typeof timeout_seconds !== 'number' || timeout_seconds <= 0)
    throw hopeless('config.timeout_seconds must be more than 0.');
  return {
    method,
    url: urlOf(url),
    headers: headersOf(objectOf(headers, 'config.headers')),
    body: body === undefined && WITH_INPUT.includes(method) ? input : body,
    timeoutSeconds: Math.min(timeout_seconds, MAX_TIMEOUT_SECONDS),
  };
}

function urlOf(url: JsonValue | undefined): URL {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    throw hopeless('config.url must be an http or https URL.');
  if (parsed.username !== '' || parsed.password !== '')
    throw hopeless('config.url must hold no user and no password: send a header Authorization with a secret.');
  return parsed;
}

function headersOf(headers: JsonObject): HttpCall['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (isConnectionHeader(name)) throw hopeless(`config.headers must not hold ${name}: it is set by itself.`);
      return [name, headerValueOf(name, value)] as const;
    }),
  );
}

function headerValueOf(name: string, value: JsonValue | undefined): HeaderValue {
  if (typeof value === 'string') return value;
  const secret = typeof value === 'object' && value !== null && 'secret' in value ? value['secret'] : undefined;
  if (typeof secret === 'string') return { secret };
  throw hopeless(`config.headers.${name} must be a text or {"secret": "NAME"}.`);
}

function objectOf(value: JsonValue | undefined, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw hopeless(`${name} must be an object.`);
  return value as JsonObject;
}
