import { Environment } from '@marcbachmann/cel-js';
import type { Scope, ScopeType } from '../../kernel/expression.js';
import { parserLimits } from './condition-limits.js';
import { containsText } from './contains-text.js';
import { EVEN_SEARCH } from './syntax-tree.js';

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};

/** Conditions as they are evaluated: every name is whatever JSON is there. */
export const untypedEnvironment = mixingNumbers(options({ unlistedVariablesAreDyn: true })).registerFunction(
  `string.${EVEN_SEARCH}(string): bool`,
  containsText,
);

/** Conditions as they are checked: every name of the scope has its type. Kept as long as the scope: making one takes longer than a check. */
export function typedEnvironment(scope: Scope): Environment {
  const environment = typed.get(scope) ?? newTypedEnvironment(scope);
  typed.set(scope, environment);
  return environment;
}

const typed = new WeakMap<Scope, Environment>();

function newTypedEnvironment(scope: Scope): Environment {
  const environment = mixingNumbers(options({}));
  for (const type of ['string', 'double', 'bool']) orNull(environment, type);
  const named = new Map<ScopeType, string>();
  for (const [name, type] of Object.entries(scope)) {
    environment.registerVariable(name, celType(environment, capitalised(name), type, named));
  }
  return environment;
}

function options(more: object): Environment {
  return new Environment({ homogeneousAggregateLiterals: false, limits: parserLimits, ...more });
}

/** CEL keeps whole numbers apart: what `size` and its like answer. Here they go with doubles. */
function mixingNumbers(environment: Environment): Environment {
  for (const [operator, calculate] of Object.entries(arithmetic)) {
    const mixed = (left: bigint | number, right: bigint | number) => calculate(Number(left), Number(right));
    environment.registerOperator(`double ${operator} int: double`, mixed);
    environment.registerOperator(`int ${operator} double: double`, mixed);
  }
  environment.registerOperator('double % double: double', (left: number, right: number) => left % right);
  environment.registerOperator('double == int: bool', (left: number, right: bigint) => left === Number(right));
  return environment;
}

/** The CEL type for a type of the scope. One that stands in several places (the same object) is made once, and is called by the first. */
function celType(environment: Environment, wanted: string, type: ScopeType, named: Map<ScopeType, string>): string {
  if (type === 'text') return 'string';
  if (type === 'number') return 'double';
  if (type === 'flag') return 'bool';
  if (type === 'any') return 'dyn';
  if ('list' in type) return `list<${celType(environment, wanted.replace(/s$/, ''), type.list, named)}>`;
  const known = named.get(type);
  if (known !== undefined) return known;
  const name = [...named.values()].includes(wanted) ? `${wanted}${String(named.size)}` : wanted;
  named.set(type, name);
  const fields = Object.entries(type.fields).map(
    ([field, each]) =>
      [field, celType(environment, name + capitalised(field.replace(/\W/g, '')), each, named)] as const,
  );
  environment.registerType(name, { fields: Object.fromEntries(fields) });
  orNull(environment, name);
  environment.registerOperator(`string in ${name}: bool`, (field: string, record: object) => field in record);
  return name;
}

/** Anything may be null, so anything may be compared with it. */
function orNull(environment: Environment, type: string): void {
  environment.registerOperator(`${type} == null: bool`, (value: unknown) => value === null);
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
