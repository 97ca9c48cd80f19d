import type { JsonObject, JsonValue } from '../kernel/json.js';
import {
  anyJson,
  expressionsByName,
  isObject,
  oneOf,
  secondsFrom,
  type ConfigField,
  type ConfigSchema,
} from './config-schema.policy.js';
import { graphLimits } from './graph-limits.policy.js';

/** One action: whether a worker of this process does it (else the run itself, at once), and what its config holds besides `action`. */
type ActionKind = Readonly<{ isWorked: boolean }> & ConfigSchema;

/** What any node whose work is a job may say about that job. */
export const jobFields: Readonly<Record<string, ConfigField>> = {
  timeout_seconds: {
    ...secondsFrom(graphLimits.timeout_seconds.min, graphLimits.timeout_seconds.max),
    isOptional: true,
  },
  on_exhausted: { ...oneOf(['needs_human', 'fail']), isOptional: true },
};

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];
const MAX_URL_LENGTH = 2000;
const MAX_HEADERS = 50;
const MAX_HEADER_LENGTH = 4000;
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;
const secretName = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;

/** Every action there is. One that is new is added here, and where it is `isWorked`, to the runners: without one they do not compile. */
export const actions = {
  noop: { isWorked: false, fields: {} },
  set: { isWorked: false, fields: { values: expressionsByName } },
  emit: { isWorked: false, fields: { facts: expressionsByName } },
  http: {
    isWorked: true,
    fields: {
      method: oneOf(methods),
      url: {
        must: `must be an http or https address of at most ${String(MAX_URL_LENGTH)} characters, without a user or password: those go in headers, as secrets.`,
        holds: isAddress,
      },
      headers: {
        must: `must be an object of at most ${String(MAX_HEADERS)} headers.`,
        holds: (value) => isObject(value) && Object.keys(value).length <= MAX_HEADERS,
        entries: {
          name: {
            must: "must have a header's name, letters, digits and - mostly, of one that does not say how the connection is used.",
            holds: (name) => typeof name === 'string' && headerName.test(name) && !isConnectionHeader(name),
          },
          value: {
            must: 'must be text on one line, or {"secret": "NAME"} with the name of a secret.',
            holds: isHeader,
          },
        },
        isOptional: true,
      },
      body: { ...anyJson, isOptional: true },
      ...jobFields,
    },
    rule: (config) => bodyRule(config) ?? headersRule(config),
  },
} as const satisfies Readonly<Record<string, ActionKind>>;

export type Action = keyof typeof actions;

/** The actions for which this process needs a runner. */
export type WorkedAction = { [Name in Action]: (typeof actions)[Name]['isWorked'] extends true ? Name : never }[Action];

/** The names of all actions. */
export const actionNames = Object.keys(actions) as readonly Action[];

/** Whether a text names an action. */
export function isAction(name: JsonValue | undefined): name is Action {
  return typeof name === 'string' && Object.hasOwn(actions, name);
}

/** Whether a text names an action that a worker does. */
export function isWorked(name: JsonValue | undefined): name is WorkedAction {
  return isAction(name) && actions[name].isWorked;
}

/** They say how the connection is used, which is not the author's to say. */
const connectionHeaders =
  /^(?:connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/** Whether a header is set by whoever sends the request, never by the author. */
export function isConnectionHeader(name: string): boolean {
  return connectionHeaders.test(name);
}

function isAddress(value: JsonValue): boolean {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !/^https?:\/\//i.test(value)) return false;
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === '' && password === '';
}

function isHeader(value: JsonValue): boolean {
  if (typeof value === 'string') return value.length <= MAX_HEADER_LENGTH && headerText.test(value);
  if (!isObject(value)) return false;
  const { secret, ...more } = value;
  return typeof secret === 'string' && secretName.test(secret) && Object.keys(more).length === 0;
}

/** Names of headers are the same in capitals and without. */
function headersRule({ headers = {} }: JsonObject): Readonly<{ field: string; must: string }> | null {
  const names = Object.keys(headers as JsonObject);
  const lower = names.map((name) => name.toLowerCase());
  const twice = names.find((_name, place) => lower.indexOf(lower[place] ?? '') < place);
  return twice === undefined
    ? null
    : { field: 'headers', must: `must have each header once: "${twice}" is there twice.` };
}

function bodyRule({ method, body }: JsonObject): Readonly<{ field: string; must: string }> | null {
  if (body === undefined || (method !== 'GET' && method !== 'HEAD')) return null;
  return { field: 'body', must: `must be left out: ${method} sends no body.` };
}
