import { nearest } from '../../kernel/nearest.js';
import { isSecret, secretsIn, type Secrets } from './secrets.js';
import type { Environment, Setting } from './setting.js';
import { settings } from './settings.js';

type ValueOf<S> = S extends Setting<infer Value> ? Value : never;
type Settings = typeof settings;

/** Everything a process can be told when it starts. Checked once, then passed to whoever needs a part of it. */
export type Config = { readonly [Name in keyof Settings]: ValueOf<Settings[Name]> } & Readonly<{ secrets: Secrets }>;

/** Names each setting that is wrong, so that all can be put right at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(['The settings are not right:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

/**
 * Reads the settings from an environment; one set to nothing counts as not set. Throws one `ConfigError` with
 * every problem: values that are not what was expected, and variables named STAGELINE_... that are no settings.
 */
export function loadConfig(env: Environment): Config {
  const problems = unknownVariables(env);
  const values: Record<string, unknown> = { secrets: secretsIn(env) };
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const given = env[setting.variable] ?? '';
    const value = given === '' ? setting.fallback() : setting.parse(given);
    if (value === null) problems.push(problemWith(setting, given));
    values[name] = value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Config;
}

function problemWith({ variable, expected, isSecret }: Setting<unknown>, given: string): string {
  const shown = isSecret ? 'something else (not repeated here, it is a secret)' : JSON.stringify(given.slice(0, 100));
  return `${variable} must be ${expected}; it is ${shown}.`;
}

/** Where the demo and the command line find a service: for them, but often set in the same shell. */
const CLIENT_VARIABLES = ['STAGELINE_URL', 'STAGELINE_KEY'];

/** What Kubernetes sets beside a Service whose name begins with `stageline`; its `..._PORT` holds an address, which no setting does. */
const OF_A_SERVICE = /^STAGELINE_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;
const ADDRESS_OF_A_SERVICE = /^(?:tcp|udp|sctp):\/\//;

/** Secrets pass, and those of clients, of the test runner and of Kubernetes, which are no settings of the service. */
function unknownVariables(env: Environment): string[] {
  const known = [...Object.values<Setting<unknown>>(settings).map(({ variable }) => variable), ...CLIENT_VARIABLES];
  return Object.entries(env)
    .filter(([name]) => name.startsWith('STAGELINE_') && !name.startsWith('STAGELINE_TEST_') && !known.includes(name))
    .filter(([name, value]) => !isSecret(name) && !isOfAService(name, value))
    .map(([name]) => `${name} is not a setting.${hint(nearest(name, known))}`)
    .sort();
}

function isOfAService(name: string, value = ''): boolean {
  return OF_A_SERVICE.test(name) || (name.endsWith('_PORT') && ADDRESS_OF_A_SERVICE.test(value));
}

function hint(name: string | null): string {
  return name === null ? ' docs/configuration.md lists them all.' : ` Did you mean ${name}?`;
}
