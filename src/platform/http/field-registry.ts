import type { Rule } from './field-rules.js';

/** A request or response class. Its constructor takes nothing: fields are set from what was sent. */
export type FieldClass = new () => object;

/** What a field may be. */
export type FieldConstraint = Readonly<{
  rule: Rule;
  /** The name JSON Schema has for its type. */
  jsonType: string;
  optional: boolean;
  nullable: boolean;
}>;

/** What reading a request needs to know of one field. */
export type FieldShape = Readonly<{
  /** The same that class-validator knows, for `fieldFaults`. */
  constraint?: FieldConstraint;
  /** Characters of a text, items of a list: more are too many. */
  max?: number;
  /** The class of a nested object, or of each item of a nested list or map. */
  nested?: () => FieldClass;
  /** Says that `nested` is the class of the values of a map. */
  isMap?: true;
  /** Turns what was sent into its canonical form; leaves alone what its rule will refuse. */
  convert?: (value: unknown) => unknown;
  /** Turns a query's text into the type of the field; leaves alone what its rule will refuse. */
  fromText?: (text: unknown) => unknown;
}>;

const shapes = new WeakMap<object, Map<string, FieldShape>>();

/** Remembers a field of the class that owns `prototype`. */
export function addField(prototype: object, name: string, shape: FieldShape): void {
  const own = shapes.get(prototype) ?? new Map<string, FieldShape>();
  shapes.set(prototype, own.set(name, shape));
}

/** The fields of a class, inherited ones included, by name. */
export function fieldsOf(type: FieldClass): ReadonlyMap<string, FieldShape> {
  const known = complete.get(type) ?? collect(type.prototype as object);
  complete.set(type, known);
  return known;
}

const complete = new WeakMap<FieldClass, ReadonlyMap<string, FieldShape>>();

function collect(prototype: object | null): Map<string, FieldShape> {
  if (prototype === null) return new Map();
  const inherited = collect(Object.getPrototypeOf(prototype) as object | null);
  return new Map([...inherited, ...(shapes.get(prototype) ?? [])]);
}
