import { problem, type Problem } from '../kernel/definition-problem.js';
import type { JsonValue } from '../kernel/json.js';
import { pointerStep } from '../kernel/json-pointer.js';
import { nearest } from '../kernel/nearest.js';
import { actionNames, actions, isAction, jobFields } from './actions.policy.js';
import {
  anyJson,
  anyObject,
  configProblems,
  isObject,
  secondsFrom,
  textLike,
  textOf,
  type ConfigField,
  type ConfigSchema,
} from './config-schema.policy.js';
import type { NodeDefinition, NodeType } from './graph.events.js';
import { graphDefaults, graphLimits } from './graph-limits.policy.js';

const MAX_TASK_LENGTH = 10_000;
const agentId = /^[A-Za-z0-9._-]{1,100}$/;
const nothing: ConfigSchema = { fields: {} };

/** What the config of each type holds; of a trigger, whatever its author notes there. An action's depends on which one it is. */
const configs: Readonly<Record<Exclude<NodeType, 'trigger' | 'action'>, ConfigSchema>> = {
  agent: {
    fields: {
      agent_id: textLike(agentId, 'must be the name of an agent: 1 to 100 letters, digits, ".", "_" and "-".'),
      task: textOf(MAX_TASK_LENGTH),
      settings: { ...anyObject, isOptional: true },
      ...jobFields,
    },
  },
  condition: {
    fields: {
      expression: {
        must: 'must be text: a condition in CEL.',
        holds: (value) => typeof value === 'string',
        expression: 'condition',
      },
    },
  },
  parallel: nothing,
  delay: { fields: { seconds: secondsFrom(0, graphLimits.timeout_seconds.max) } },
};

/** Every type of node. */
export const nodeTypes: readonly NodeType[] = ['trigger', 'agent', 'condition', 'action', 'parallel', 'delay'];

/** Whether a text names a type of node. */
export function isNodeType(type: string): type is NodeType {
  return (nodeTypes as readonly string[]).includes(type);
}

/** Everything wrong with a node by itself: its type and its config. `timeout`: the seconds its graph has. */
export function nodeProblems(node: NodeDefinition, path: string, timeout: number): readonly Problem[] {
  if (!isNodeType(node.type))
    return [unknownWord('unknown-type', 'type', node.type, nodeTypes, `${path}/type`, node.id)];
  const { action } = node.config;
  if (node.type === 'action' && typeof action === 'string' && !isAction(action))
    return [unknownWord('unknown-action', 'action', action, actionNames, `${path}/config/action`, node.id)];
  const schema = schemaOf(node);
  const found = schema === null ? [] : configProblems(schema, node.config, `${path}/config`, node.id);
  return found.length > 0 ? found : delayProblems(node, path, timeout);
}

function unknownWord(code: string, noun: string, word: string, known: readonly string[], path: string, node: string) {
  const close = nearest(word.slice(0, 100), known);
  const hint = close === null ? `There are: ${known.join(', ')}.` : `Did you mean ${close}?`;
  return problem(code, path, `There is no ${noun} "${word}".`, hint, { node });
}

function delayProblems({ id, type, config }: NodeDefinition, path: string, timeout: number): readonly Problem[] {
  const { seconds } = config;
  if (type !== 'delay' || typeof seconds !== 'number' || seconds < timeout) return [];
  const message = `It waits ${String(seconds)} seconds, and the whole graph has ${String(timeout)}.`;
  const hint = `Wait less, or set timeout_seconds above ${String(seconds)}; it is ${String(graphDefaults.timeout_seconds)} by default.`;
  return [problem('delay-too-long', `${path}/config/seconds`, message, hint, { node: id })];
}

const actionField: ConfigField = { must: `must be one of: ${actionNames.join(', ')}.`, holds: isAction };
const unnamedAction: ConfigSchema = { fields: { action: actionField } };

/** What a node's config must be; null where it may be anything. */
function schemaOf({ type, config }: NodeDefinition): ConfigSchema | null {
  if (type === 'trigger') return null;
  if (type !== 'action') return configs[type];
  const { action } = config;
  const known = typeof action === 'string' ? actionSchemas.get(action) : undefined;
  return known ?? withAnything(unnamedAction, Object.keys(config));
}

const actionSchemas: ReadonlyMap<string, ConfigSchema> = new Map(
  Object.entries<ConfigSchema>(actions).map(([name, { fields, ...kind }]) => [
    name,
    { ...kind, fields: { action: actionField, ...fields } },
  ]),
);

/** Where it is not known which action it is, nothing is known about the rest. */
function withAnything({ fields }: ConfigSchema, names: readonly string[]): ConfigSchema {
  return { fields: { ...Object.fromEntries(names.map((name) => [name, anyJson])), ...fields } };
}

/** An expression of a node, where it stands below the node, and whether it has to answer true or false. */
export type NodeExpression = Readonly<{ path: string; expression: string; kind: 'condition' | 'value' }>;

/** The expressions in a node's config. */
export function expressionsOf(node: NodeDefinition): readonly NodeExpression[] {
  const schema = isNodeType(node.type) ? schemaOf(node) : null;
  return Object.entries(schema?.fields ?? {}).flatMap(([name, { expression: kind, entries }]) => {
    const value = node.config[name];
    if (kind === undefined || value === undefined) return [];
    return textsOf(value, `/config/${name}`, entries !== undefined).map((text) => ({ ...text, kind }));
  });
}

function textsOf(
  value: JsonValue,
  path: string,
  hasEntries: boolean,
): readonly Readonly<{ path: string; expression: string }>[] {
  if (typeof value === 'string') return [{ path, expression: value }];
  if (!hasEntries || !isObject(value)) return [];
  return Object.entries(value).flatMap(([name, text]) =>
    typeof text === 'string' ? [{ path: path + pointerStep(name), expression: text }] : [],
  );
}
