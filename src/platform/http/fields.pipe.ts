import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { pointerStep } from '../../kernel/json-pointer.js';
import { fieldsOf, type FieldClass, type FieldShape } from './field-registry.js';
import { isObject } from './field-rules.js';
import { invalidInput, type InputError } from './invalid-input.js';

type Source = 'body' | 'query';

const bare = new Set<unknown>([Object, String, Number, Boolean, Array, undefined]);

/**
 * Turns a body or a query into an instance of its request class, or refuses it naming every fault.
 *
 * Unknown fields are faults. Nothing is converted in a body; in a query, numbers and flags are read from their text.
 */
@Injectable()
export class FieldsPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || bare.has(metatype)) return value;
    return readFields(metatype as FieldClass, value === undefined ? {} : value, type);
  }
}

/** Reads what was sent as an instance of `type`. @throws DomainError `invalid-input` */
export function readFields<T extends object>(type: new () => T, sent: unknown, source: Source = 'body'): T {
  const errors: InputError[] = [];
  const instance = build(type, sent, source, '', errors);
  if (isObject(instance)) errors.push(...validateSync(instance, { forbidUnknownValues: false }).flatMap(flatten('')));
  if (errors.length === 0) return instance as T;
  throw invalidInput(source === 'query' ? errors.map((error) => ({ ...error, in: source })) : errors);
}

function build(type: FieldClass, sent: unknown, source: Source, pointer: string, errors: InputError[]): unknown {
  if (!isObject(sent)) {
    if (pointer === '') errors.push({ pointer, detail: 'must be a JSON object.' });
    return sent;
  }
  const fields = fieldsOf(type);
  const instance = new type() as Record<string, unknown>;
  for (const [name, value] of Object.entries(sent)) {
    const shape = fields.get(name);
    const place = pointer + pointerStep(name);
    if (shape === undefined) errors.push({ pointer: place, detail: unknownField(fields) });
    else instance[name] = valueOf(shape, value, source, place, errors);
  }
  return withoutUnset(instance);
}

function valueOf(shape: FieldShape, value: unknown, source: Source, pointer: string, errors: InputError[]): unknown {
  const { nested, convert, fromText } = shape;
  if (nested !== undefined) {
    const type = nested();
    if (!Array.isArray(value)) return build(type, value, source, pointer, errors);
    return value.map((item, index) => build(type, item, source, `${pointer}/${index}`, errors));
  }
  const read = source === 'query' && fromText !== undefined ? fromText(value) : value;
  return convert === undefined ? read : convert(read);
}

// A declared class field exists as undefined until it is set; what was left out should not be there at all.
function withoutUnset(instance: Record<string, unknown>): object {
  for (const name of Object.keys(instance)) if (instance[name] === undefined) Reflect.deleteProperty(instance, name);
  return instance;
}

function unknownField(fields: ReadonlyMap<string, FieldShape>): string {
  const known = [...fields.keys()];
  return known.length === 0 ? 'is not known; nothing is taken here.' : `is not known; known are: ${known.join(', ')}.`;
}

function flatten(parent: string): (error: ValidationError) => InputError[] {
  return ({ property, constraints = {}, children = [] }) => {
    const pointer = parent + pointerStep(property);
    const [detail] = Object.values(constraints);
    if (detail !== undefined && children.length === 0) return [{ pointer, detail }];
    return children.flatMap(flatten(pointer));
  };
}
