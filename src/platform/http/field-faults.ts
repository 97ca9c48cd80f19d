import { fieldsOf, type FieldClass, type FieldShape } from './field-registry.js';
import { isObject, map } from './field-rules.js';
import { pointerStep } from '../../kernel/json-pointer.js';

/** One place where what was sent is not as a class says. `expected` ends a sentence that begins with the place. */
export type FieldFault = Readonly<{
  kind: 'unknown-field' | 'missing-field' | 'wrong-type' | 'wrong-value' | 'too-long' | 'too-many';
  pointer: string;
  expected: string;
  /** With `unknown-field`: what it is called, and the fields there are. */
  unknown?: Readonly<{ name: string; known: readonly string[] }>;
}>;

/**
 * Every fault of a document against a class of fields, at any depth. For documents whose author wants all that is wrong with them at once, in
 * their own terms; what commands take otherwise is read by `FieldsPipe`.
 */
export function fieldFaults(type: FieldClass, sent: unknown, pointer = ''): readonly FieldFault[] {
  if (!isObject(sent)) return [{ kind: 'wrong-type', pointer, expected: 'must be a JSON object.' }];
  const fields = fieldsOf(type);
  const unknown = Object.keys(sent)
    .filter((name) => !fields.has(name))
    .map((name): FieldFault => {
      return {
        kind: 'unknown-field',
        pointer: pointer + pointerStep(name),
        expected: 'is not known.',
        unknown: { name, known: [...fields.keys()] },
      };
    });
  const wrong = [...fields].flatMap(([name, shape]) => valueFaults(shape, sent[name], pointer + pointerStep(name)));
  return [...unknown, ...wrong];
}

/** Every fault of a document that is a map, of at most `max` entries, against the class of its values. */
export function mapFaults(type: FieldClass, max: number, sent: unknown): readonly FieldFault[] {
  const { holds, message: expected } = map(max);
  if (holds(sent)) return entryFaults(type, sent as object, '');
  return [{ kind: kindOf('object', max, sent), pointer: '', expected }];
}

function entryFaults(type: FieldClass, sent: object, pointer: string): readonly FieldFault[] {
  return Object.entries(sent).flatMap(([name, item]) => fieldFaults(type, item, pointer + pointerStep(name)));
}

function valueFaults(shape: FieldShape, value: unknown, pointer: string): readonly FieldFault[] {
  if (shape.constraint === undefined) return [];
  const { rule, jsonType, optional, nullable } = shape.constraint;
  if ((optional && value === undefined) || (nullable && value === null)) return [];
  if (!rule.holds(value)) return [{ kind: kindOf(jsonType, shape.max, value), pointer, expected: rule.message }];
  return nestedFaults(shape, value, pointer);
}

function nestedFaults({ nested, isMap }: FieldShape, value: unknown, pointer: string): readonly FieldFault[] {
  if (nested === undefined) return [];
  const type = nested();
  if (!Array.isArray(value) && isMap !== true) return fieldFaults(type, value, pointer);
  if (Array.isArray(value))
    return value.flatMap((item, index) => fieldFaults(type, item, pointer + pointerStep(index)));
  return entryFaults(type, value as object, pointer);
}

function kindOf(jsonType: string, max: number | undefined, value: unknown): FieldFault['kind'] {
  if (value === undefined) return 'missing-field';
  if (!isOf(jsonType, value)) return 'wrong-type';
  if (max === undefined) return 'wrong-value';
  if (typeof value === 'string') return value.length > max ? 'too-long' : 'wrong-value';
  return Object.keys(value as object).length > max ? 'too-many' : 'wrong-value';
}

function isOf(jsonType: string, value: unknown): boolean {
  if (jsonType === 'array') return Array.isArray(value);
  if (jsonType === 'object') return isObject(value);
  return typeof value === (jsonType === 'integer' ? 'number' : jsonType);
}
