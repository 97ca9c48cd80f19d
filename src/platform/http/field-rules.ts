import { isEmail, isURL } from 'class-validator';
import { isInheritedName } from '../../kernel/inherited-name.js';

/** What a value must be; `message` ends a sentence that begins with the field. */
export type Rule = Readonly<{ holds: (value: unknown) => boolean; message: string }>;

/** What a key of a stage, a template or a milestone looks like. */
export const keyPattern = /^[a-z0-9][a-z0-9_.-]{0,99}$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const momentPattern = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const surrogate = /[\ud800-\udfff]/;
const numberPattern = /^-?\d+(\.\d+)?$/;

/** Counts characters as people do: one outside the basic plane is one. */
export function text(min: number, max: number): Rule {
  return {
    holds: (value) =>
      typeof value === 'string' && lengthOf(value) >= min && lengthOf(value) <= max && !isBlank(value, min),
    message: `must be text of ${min} to ${max} characters${min > 0 ? ', not only blanks' : ''}.`,
  };
}

/** A key; never a name that every object has. */
export const keyText: Rule = {
  holds: (value) => typeof value === 'string' && keyPattern.test(value) && !isInheritedName(value),
  message: 'must be a key: lower-case letters, digits, "_", "-" and ".", at most 100 characters.',
};

/** A uuid of any version, in either case. */
export const uuid: Rule = {
  holds: (value) => typeof value === 'string' && uuidPattern.test(value),
  message: 'must be a uuid.',
};

/** An email address, as people have them: not one without a domain. */
export const email: Rule = { holds: (value) => isEmail(value), message: 'must be an email address.' };

const webAddress = { protocols: ['http', 'https'], require_protocol: true };

/** An address that a browser may be sent to; nothing that would run in it. */
export const link: Rule = {
  holds: (value) => typeof value === 'string' && value.length <= 2000 && isURL(value, webAddress),
  message: 'must be a URL that begins with http:// or https://, of at most 2000 characters.',
};

/** One of the words given. */
export function choice(choices: readonly string[]): Rule {
  return {
    holds: (value) => typeof value === 'string' && choices.includes(value),
    message: `must be one of: ${choices.join(', ')}.`,
  };
}

/** A whole number within the bounds, both included. */
export function whole(min: number, max: number): Rule {
  return {
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    message: `must be a whole number${range(min, max, Number.MAX_SAFE_INTEGER)}.`,
  };
}

/** A finite number within the bounds, both included. */
export function decimal(min: number, max: number): Rule {
  return {
    holds: (value) => typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max,
    message: `must be a number${range(min, max, Number.MAX_VALUE)}.`,
  };
}

/** True or false, not their text. */
export const flag: Rule = { holds: (value) => typeof value === 'boolean', message: 'must be true or false.' };

/** A moment with its offset from UTC. */
export const moment: Rule = {
  holds: (value) => typeof value === 'string' && isMoment(value),
  message: 'must be a moment in ISO 8601 with its offset, such as 2026-01-31T09:30:00Z.',
};

/** A JSON object of at most `maxBytes` when written. */
export function jsonMap(maxBytes: number): Rule {
  return {
    holds: (value) => isObject(value) && Buffer.byteLength(JSON.stringify(value)) <= maxBytes,
    message: `must be a JSON object of at most ${maxBytes} bytes.`,
  };
}

/** An object that is no list. */
export const object: Rule = { holds: isObject, message: 'must be a JSON object.' };

/** Whatever JSON says, null included. */
export const anyValue: Rule = { holds: (value) => value !== undefined, message: 'may be any JSON value.' };

/** A list of `min` to `max` items of any kind. */
export function list(max: number, min = 0): Rule {
  return {
    holds: (value) => Array.isArray(value) && value.length >= min && value.length <= max,
    message: min === 0 ? `must be a list of at most ${max} objects.` : `must be a list of ${min} to ${max} objects.`,
  };
}

/** An object of at most `max` entries. */
export function map(max: number): Rule {
  return {
    holds: (value) => isObject(value) && Object.keys(value).length <= max,
    message: `must be an object of at most ${max} entries.`,
  };
}

/** An object of texts of 1 to `maxLength` characters, at most `max` of them. */
export function textMap(max: number, maxLength: number): Rule {
  const item = text(1, maxLength);
  return {
    holds: (value) => map(max).holds(value) && Object.values(value as object).every(item.holds),
    message: `must be an object of at most ${max} texts of 1 to ${maxLength} characters.`,
  };
}

/** A list of different texts, each as `item` says. */
export function textList(min: number, max: number, item: Rule): Rule {
  return {
    holds: (value) =>
      Array.isArray(value) &&
      value.length >= min &&
      value.length <= max &&
      new Set(value).size === value.length &&
      value.every(item.holds),
    message: `must be a list of ${min} to ${max}, each once; each ${item.message}`,
  };
}

/** Says whether a text is a moment that exists, in UTC too: there is no 30th of February, and no year 0. */
export function isMoment(value: string): boolean {
  const day = momentPattern.exec(value)?.[1];
  const year = new Date(value).getUTCFullYear();
  if (day === undefined || !(year >= 1 && year <= 9999)) return false;
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** Says whether a text is a uuid. */
export function isUuid(value: string): boolean {
  return uuidPattern.test(value);
}

/** Text in lower case; anything else as it is. */
export const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** A moment in UTC to the millisecond; anything else as it is. */
export const inUtc = (value: unknown): unknown =>
  typeof value === 'string' && isMoment(value) ? new Date(value).toISOString() : value;

/** The number a query's text stands for; anything else as it is. */
export const numberFrom = (value: unknown): unknown =>
  typeof value === 'string' && numberPattern.test(value) ? Number(value) : value;

/** The flag a query's text stands for; anything else as it is. */
export const flagFrom = (value: unknown): unknown => (value === 'true' ? true : value === 'false' ? false : value);

/** A list of one where a query names a parameter only once. */
export const listFrom = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);

/** Says whether a value is an object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lengthOf(value: string): number {
  return surrogate.test(value) ? Array.from(value).length : value.length;
}

function isBlank(value: string, min: number): boolean {
  return min > 0 && value.trim() === '';
}

function range(min: number, max: number, limit: number): string {
  if (min > -limit && max < limit) return ` from ${min} to ${max}`;
  if (min > -limit) return ` of at least ${min}`;
  return max < limit ? ` of at most ${max}` : '';
}
