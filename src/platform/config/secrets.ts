import type { Environment } from './setting.js';

/** What the variable of a secret begins with; the rest is the name by which templates speak of it. */
export const SECRET_PREFIX = 'STAGELINE_SECRET_';

/** Secrets by name. They are sent to others, and never shown. */
export type Secrets = ReadonlyMap<string, string>;

const SECRET = new RegExp(`^${SECRET_PREFIX}([A-Za-z_][A-Za-z0-9_.-]{0,99})$`);

/** Whether a variable holds a secret. */
export function isSecret(variable: string): boolean {
  return SECRET.test(variable);
}

/** Reads the secrets from an environment; one set to nothing is not there. Blanks around one come from how it was stored. */
export function secretsIn(env: Environment): Secrets {
  const entries = Object.entries(env).map(
    ([name, value = '']) => [SECRET.exec(name)?.[1] ?? '', value.trim()] as const,
  );
  return new Map(entries.filter(([name, value]) => name !== '' && value !== ''));
}
