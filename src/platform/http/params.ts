import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam, type ApiParamOptions } from '@nestjs/swagger';
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

type Schema = Pick<Extract<ApiParamOptions, { schema: unknown }>, 'schema'>;

const asIs = (value: unknown): unknown => value;

function pathParam(
  name: string,
  { holds, message }: rules.Rule,
  read: (value: unknown) => unknown,
  schema: Schema,
  description?: string,
): ParameterDecorator {
  const pipe: PipeTransform = {
    transform(text: unknown) {
      const value = read(text);
      if (holds(value)) return value;
      throw invalidInput([{ pointer: `/${name}`, in: 'path', detail: message }]);
    },
  };
  return (target, key, index) => {
    Param(name, pipe)(target, key, index);
    if (key === undefined) return;
    const method = Object.getOwnPropertyDescriptor(target, key);
    ApiParam({ name, ...schema, ...(description === undefined ? {} : { description }) })(target, key, method ?? {});
  };
}
