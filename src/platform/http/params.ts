import { Param, type PipeTransform, Query } from '@nestjs/common';
import { ApiParam, type ApiParamOptions, ApiQuery } from '@nestjs/swagger';
import * as rules from './field-rules.js';
import { invalidInput } from './invalid-input.js';

/** A uuid in the path, in lower case. */
export function IdParam(name: string, description?: string): ParameterDecorator {
  return pathParam(name, rules.uuid, rules.lowerCase, { schema: { type: 'string', format: 'uuid' } }, description);
}

/** A key in the path: of a stage, a milestone, a template. */
export function KeyParam(name: string, description?: string): ParameterDecorator {
  return pathParam(name, rules.keyText, asIs, { schema: { type: 'string' } }, description);
}

/** A version in the path: a whole number from 1. */
export function VersionParam(name: string, description?: string): ParameterDecorator {
  const rule = rules.whole(1, 2_147_483_647);
  return pathParam(name, rule, rules.numberFrom, { schema: { type: 'integer', minimum: 1 } }, description);
}

/**
 * A text of 1 to `max` characters in the query of a command, which may be left out; its `CommandFrom` names it too, or it is refused as unknown.
 */
export function QueryText(name: string, max: number, description: string): ParameterDecorator {
  const rule = rules.text(1, max);
  const pipe = checked(name, 'query', { ...rule, holds: (value) => value === undefined || rule.holds(value) }, asIs);
  const schema = { type: 'string', minLength: 1, maxLength: max } as const;
  return (target, key, index) => {
    Query(name, pipe)(target, key, index);
    documented(ApiQuery({ name, required: false, schema, description }), target, key);
  };
}

type Schema = Pick<Extract<ApiParamOptions, { schema: unknown }>, 'schema'>;

const asIs = (value: unknown): unknown => value;

function pathParam(
  name: string,
  rule: rules.Rule,
  read: (value: unknown) => unknown,
  schema: Schema,
  description?: string,
): ParameterDecorator {
  const pipe = checked(name, 'path', rule, read);
  return (target, key, index) => {
    Param(name, pipe)(target, key, index);
    documented(ApiParam({ name, ...schema, ...(description === undefined ? {} : { description }) }), target, key);
  };
}

function checked(
  name: string,
  place: 'path' | 'query',
  { holds, message }: rules.Rule,
  read: (value: unknown) => unknown,
): PipeTransform {
  return {
    transform(text: unknown) {
      const value = read(text);
      if (holds(value)) return value;
      throw invalidInput([{ pointer: `/${name}`, in: place, detail: message }]);
    },
  };
}

function documented(describe: MethodDecorator, target: object, key: string | symbol | undefined): void {
  if (key !== undefined) describe(target, key, Object.getOwnPropertyDescriptor(target, key) ?? {});
}
