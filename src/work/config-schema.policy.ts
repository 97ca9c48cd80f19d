import { problem, type Problem } from '../kernel/definition-problem.js';
import { isInheritedName } from '../kernel/inherited-name.js';
import type { JsonObject, JsonValue } from '../kernel/json.js';
import { pointerStep } from '../kernel/json-pointer.js';
import { nearest } from '../kernel/nearest.js';

/** What a value must be; `must` goes after "It". */
export type ConfigRule = Readonly<{ must: string; holds: (value: JsonValue) => boolean }>;

/** One field of a node's config. `expression`: it, or each of its entries, is CEL that answers true or false, or anything. */
export type ConfigField = ConfigRule &
  Readonly<{
    isOptional?: true;
    /** Of an object whose names are the author's: what each name and each value must be. */
    entries?: Readonly<{ name: ConfigRule; value: ConfigRule }>;
    expression?: 'condition' | 'value';
  }>;

/** The fields of a config; no others may be there. `rule` looks at all of them together and answers what is wrong with one. */
export type ConfigSchema = Readonly<{
  fields: Readonly<Record<string, ConfigField>>;
  rule?: (config: JsonObject) => Readonly<{ field: string; must: string }> | null;
}>;

/** Everything in which a config differs from its schema. */
export function configProblems(
  { fields, rule }: ConfigSchema,
  config: JsonObject,
  path: string,
  node: string,
): readonly Problem[] {
  const found = Object.entries(fields).flatMap(([name, field]) =>
    fieldProblems(field, name, config[name], path + pointerStep(name), node),
  );
  const together = found.length > 0 || rule === undefined ? null : rule(config);
  const conflicts = together === null ? [] : [badConfig(path + pointerStep(together.field), together.must, node)];
  return [...unknownFields(fields, config, path, node), ...found, ...conflicts];
}

function unknownFields(fields: ConfigSchema['fields'], config: JsonObject, path: string, node: string) {
  const known = Object.keys(fields);
  const unknown = Object.keys(config).filter((name) => !Object.hasOwn(fields, name) && config[name] !== undefined);
  return unknown.map((name) => {
    const close = nearest(name.slice(0, 100), known);
    const all = known.length === 0 ? 'Leave it out: there is nothing to configure.' : `There are: ${known.join(', ')}.`;
    const hint = close === null ? all : `Did you mean ${close}?`;
    return problem('unknown-config', path + pointerStep(name), `There is no field "${name}" here.`, hint, { node });
  });
}

function fieldProblems(
  { must, holds, isOptional, entries }: ConfigField,
  name: string,
  value: JsonValue | undefined,
  path: string,
  node: string,
): readonly Problem[] {
  if (value === undefined) {
    const missing = problem('missing-config', path, `It has no "${name}" in its config.`, `It ${must}`, { node });
    return isOptional === true ? [] : [missing];
  }
  if (!holds(value)) return [badConfig(path, must, node)];
  if (entries === undefined) return [];
  return Object.entries(value as JsonObject).flatMap(([key, each]) => {
    const broken = !entries.name.holds(key) ? entries.name : entries.value.holds(each ?? null) ? null : entries.value;
    return broken === null ? [] : [badConfig(path + pointerStep(key), broken.must, node)];
  });
}

function badConfig(path: string, must: string, node: string): Problem {
  return problem('bad-config', path, 'It cannot be that.', `It ${must}`, { node });
}

/** Text of 1 to `max` characters, not only blanks. */
export function textOf(max: number): ConfigRule {
  return {
    must: `must be text of 1 to ${String(max)} characters, not only blanks.`,
    holds: (value) => typeof value === 'string' && value.length <= max && value.trim() !== '',
  };
}

/** Text as a pattern says. */
export function textLike(pattern: RegExp, must: string): ConfigRule {
  return { must, holds: (value) => typeof value === 'string' && pattern.test(value) };
}

/** One of these words. */
export function oneOf(words: readonly string[]): ConfigRule {
  return {
    must: `must be one of: ${words.join(', ')}.`,
    holds: (value) => typeof value === 'string' && words.includes(value),
  };
}

/** Seconds within the bounds, both included. */
export function secondsFrom(min: number, max: number): ConfigRule {
  return {
    must: `must be seconds, a number from ${String(min)} to ${String(max)}.`,
    holds: (value) => typeof value === 'number' && value >= min && value <= max,
  };
}

/** A JSON object. */
export const anyObject: ConfigRule = { must: 'must be a JSON object.', holds: isObject };

/** Any JSON. */
export const anyJson: ConfigRule = { must: 'must be JSON.', holds: () => true };

/** Whether a value is an object that is no list. */
export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MAX_NAMES = 100;

/** An expression in CEL for each of 1 to 100 names. */
export const expressionsByName: ConfigField = {
  must: `must be an object with 1 to ${String(MAX_NAMES)} names, each with an expression in CEL.`,
  holds: (value) => isObject(value) && isCountWithin(Object.keys(value).length),
  entries: {
    name: {
      must: 'must have a name of 1 to 100 characters, not one that every object has.',
      holds: (name) => typeof name === 'string' && name !== '' && name.length <= 100 && !isInheritedName(name),
    },
    value: { must: 'must be text: an expression in CEL.', holds: (value) => typeof value === 'string' },
  },
  expression: 'value',
};

function isCountWithin(count: number): boolean {
  return count >= 1 && count <= MAX_NAMES;
}
