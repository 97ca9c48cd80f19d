import { ApiExtraModels, ApiProperty, type ApiPropertyOptions, getSchemaPath } from '@nestjs/swagger';
import { ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';
import { addField, type FieldClass, type FieldShape } from './field-registry.js';
import * as rules from './field-rules.js';

/** What every field may say. */
export type FieldOptions = Readonly<{
  description?: string;
  example?: unknown;
  /** May be left out. */
  optional?: boolean;
  /** May be null. */
  nullable?: boolean;
}>;

type Kind = Readonly<{ rule: rules.Rule; schema: ApiPropertyOptions; shape?: FieldShape }>;

/** Text of `min` to `max` characters. Defaults to 1 to 500. */
export function Text(options: FieldOptions & Readonly<{ min?: number; max?: number }> = {}): PropertyDecorator {
  const { min = 1, max = 500 } = options;
  return field(options, {
    rule: rules.text(min, max),
    schema: { type: 'string', minLength: min, maxLength: max },
    shape: { max },
  });
}

/** The key of a stage, a template, a milestone: lower-case letters, digits, `_`, `-` and `.`. */
export function KeyText(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { rule: rules.keyText, schema: { type: 'string', pattern: rules.keyPattern.source } });
}

/** A uuid; kept in lower case. */
export function Uuid(options: FieldOptions = {}): PropertyDecorator {
  return field(options, {
    rule: rules.uuid,
    schema: { type: 'string', format: 'uuid' },
    shape: { convert: rules.lowerCase },
  });
}

/** An email address. */
export function Email(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { rule: rules.email, schema: { type: 'string', format: 'email' } });
}

/** One of a list of words. */
export function Choice(choices: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  return field(options, { rule: rules.choice(choices), schema: { type: 'string', enum: [...choices] } });
}

type Bounds = Readonly<{ min?: number; max?: number }>;

/** A whole number, within the bounds where given. */
export function Whole(options: FieldOptions & Bounds & Readonly<{ default?: number }> = {}): PropertyDecorator {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  const byDefault = options.default === undefined ? {} : { default: options.default };
  return field(options, {
    rule: rules.whole(min, max),
    schema: { type: 'integer', ...byDefault, ...boundsSchema(options) },
    shape: { fromText: rules.numberFrom },
  });
}

/** A number, within the bounds where given. */
export function Decimal(options: FieldOptions & Bounds = {}): PropertyDecorator {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = options;
  return field(options, {
    rule: rules.decimal(min, max),
    schema: { type: 'number', ...boundsSchema(options) },
    shape: { fromText: rules.numberFrom },
  });
}

/** True or false. */
export function Flag(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { rule: rules.flag, schema: { type: 'boolean' }, shape: { fromText: rules.flagFrom } });
}

/** A moment in ISO 8601 with its offset; kept in UTC to the millisecond. */
export function Moment(options: FieldOptions = {}): PropertyDecorator {
  return field(options, {
    rule: rules.moment,
    schema: { type: 'string', format: 'date-time' },
    shape: { convert: rules.inUtc },
  });
}

/** A JSON object of any content up to `maxBytes` as text. Defaults to 65536. */
export function JsonMap(options: FieldOptions & Readonly<{ maxBytes?: number }> = {}): PropertyDecorator {
  return field(options, {
    rule: rules.jsonMap(options.maxBytes ?? 65_536),
    schema: { type: 'object', additionalProperties: true },
  });
}

/** Texts of at most `maxLength` (500) characters under keys of the client's choosing, at most `max` (100) of them. */
export function TextMap(
  options: FieldOptions & Readonly<{ max?: number; maxLength?: number }> = {},
): PropertyDecorator {
  const { max = 100, maxLength = 500 } = options;
  const values = { type: 'string', minLength: 1, maxLength } as const;
  return field(options, {
    rule: rules.textMap(max, maxLength),
    schema: { type: 'object', additionalProperties: values, maxProperties: max },
  });
}

/** A JSON object of any content. In responses; a request bounds it with `JsonMap`. */
export function AnyJson(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { rule: rules.object, schema: { type: 'object', additionalProperties: true } });
}

/** Any JSON value, null included. A request's is bounded by its body. */
export function AnyValue(options: FieldOptions = {}): PropertyDecorator {
  const kinds = [
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
  ].concat(['string', 'number', 'boolean'].map((type) => ({ type }) as never));
  return field({ ...options, nullable: true }, { rule: rules.anyValue, schema: { oneOf: kinds } });
}

/** JSON objects of any content. In responses. */
export function AnyJsonList(options: FieldOptions = {}): PropertyDecorator {
  const items = { type: 'object', additionalProperties: true } as const;
  return field(options, { rule: rules.list(1000), schema: { type: 'array', items } });
}

type ListOptions = FieldOptions &
  Readonly<{ min?: number; max?: number; maxLength?: number; choices?: readonly string[] }>;

/** Different texts, from `min` (0) to `max` (100) of at most `maxLength` (500) characters; of `choices` only, where given. */
export function TextList(options: ListOptions = {}): PropertyDecorator {
  const { min = 0, max = 100, maxLength = 500, choices } = options;
  const item: ApiPropertyOptions['items'] =
    choices === undefined ? { type: 'string', maxLength } : { type: 'string', enum: [...choices] };
  return field(options, {
    rule: rules.textList(min, max, choices === undefined ? rules.text(1, maxLength) : rules.choice(choices)),
    schema: { type: 'array', items: item, minItems: min, maxItems: max, uniqueItems: true },
    shape: { max, fromText: rules.listFrom },
  });
}

/** Different http or https addresses, at most `max` (100). */
export function LinkList(options: FieldOptions & Readonly<{ max?: number }> = {}): PropertyDecorator {
  const { max = 100 } = options;
  return field(options, {
    rule: rules.textList(0, max, rules.link),
    schema: { type: 'array', items: { type: 'string', format: 'uri' }, maxItems: max, uniqueItems: true },
  });
}

/** An object of another class. */
export function Nested(type: () => FieldClass, options: FieldOptions = {}): PropertyDecorator {
  return both(
    field(options, { rule: rules.object, schema: lazily(type), shape: { nested: type } }),
    ValidateNested({ message: rules.object.message }),
  );
}

/** Objects of another class, `min` (0) to `max` (1000). */
export function NestedList(
  type: () => FieldClass,
  options: FieldOptions & Readonly<{ min?: number; max?: number }> = {},
): PropertyDecorator {
  const { min = 0, max = 1000 } = options;
  return both(
    field(options, {
      rule: rules.list(max, min),
      schema: { ...lazily(type), isArray: true, minItems: min, maxItems: max },
      shape: { nested: type, max },
    }),
    ValidateNested({ each: true, message: rules.object.message }),
  );
}

/**
 * Objects of another class under keys of the client's choosing, at most `max` (1000). For answers, and for what `fieldFaults` reads: the pipe
 * for bodies does not look into a map.
 */
export function NestedMap(
  type: () => FieldClass,
  options: FieldOptions & Readonly<{ max?: number }> = {},
): PropertyDecorator {
  const { max = 1000 } = options;
  const values = { $ref: getSchemaPath(type()) };
  return both(
    field(options, {
      rule: rules.map(max),
      schema: { type: 'object', additionalProperties: values, maxProperties: max },
      shape: { nested: type, isMap: true, max },
    }),
    (target) => {
      ApiExtraModels(type())(target.constructor);
    },
  );
}

function field(options: FieldOptions, { rule, schema, shape = {} }: Kind): PropertyDecorator {
  const { description, example, optional = false, nullable = false } = options;
  const described = {
    ...schema,
    required: !optional,
    ...(nullable ? { nullable } : {}),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
  } as ApiPropertyOptions;
  return (target, name) => {
    const constraint = { rule, jsonType: jsonTypeOf(schema, shape), optional, nullable };
    addField(target, String(name), { ...shape, constraint });
    ApiProperty(described)(target, name);
    ValidateBy({ name: 'field', validator: { validate: rule.holds, defaultMessage: messageOf(rule) } })(target, name);
    ValidateIf((_owner, value: unknown) => !(optional && value === undefined) && !(nullable && value === null))(
      target,
      name,
    );
  };
}

function jsonTypeOf(schema: ApiPropertyOptions, { nested }: FieldShape): string {
  if (nested === undefined) return typeof schema.type === 'string' ? schema.type : 'object';
  return schema.isArray === true ? 'array' : 'object';
}

/** Swagger knows a class that is named late by the name of the function alone: it has to be `type`. */
function lazily(type: () => FieldClass): ApiPropertyOptions {
  return { type: () => type() };
}

function messageOf({ message }: rules.Rule): (args?: ValidationArguments) => string {
  return (args) => (args?.value === undefined ? `is required and ${message}` : message);
}

function both(first: PropertyDecorator, second: PropertyDecorator): PropertyDecorator {
  return (target, name) => {
    first(target, name);
    second(target, name);
  };
}

function boundsSchema({ min, max }: Bounds): object {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}
