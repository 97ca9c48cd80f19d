/** What a line of an export must look like before anything is computed from it. Every field is there, and no other. */

type Field = Readonly<{ holds: (value: unknown) => boolean; is: string }>;
type Shape = Readonly<Record<string, Field>>;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const whole = (min: number): Field => ({
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= min,
  is: `a whole number from ${String(min)}`,
});
const matching = (pattern: RegExp, is: string): Field => ({
  holds: (value) => typeof value === 'string' && pattern.test(value),
  is,
});
const hex = (digits: number): Field =>
  matching(new RegExp(`^[0-9a-f]{${String(digits)}}$`), `${String(digits)} hex digits in lower case`);
const uuid = matching(UUID, 'a uuid in lower case');
const text: Field = { holds: (value) => typeof value === 'string', is: 'text' };
const anything: Field = { holds: () => true, is: 'anything' };

/** One way to write a moment: another precision or offset would be another text for the same hash. */
const time: Field = {
  holds: (value) =>
    typeof value === 'string' &&
    TIME.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString() === value,
  is: 'a time in UTC to the millisecond',
};
const orNull = ({ holds, is }: Field): Field => ({
  holds: (value) => value === null || holds(value),
  is: `${is}, or null`,
});

/** RFC 6962 trees of positions that JSON can count are no higher than this. */
const MOST_HASHES = 53;
const hash = hex(64);
const path: Field = {
  holds: (value) => Array.isArray(value) && value.length <= MOST_HASHES && value.every(hash.holds),
  is: `a list of at most ${String(MOST_HASHES)} hashes`,
};

const header: Shape = {
  format: text,
  version: whole(1),
  tenant_id: uuid,
  run_id: orNull(uuid),
  from: orNull(time),
  to: orNull(time),
  head_position: whole(0),
  made_at: time,
  software_version: text,
};

const seal: Shape = {
  number: whole(1),
  from_position: whole(1),
  to_position: whole(1),
  merkle_root: hash,
  previous_hash: hash,
  seal_hash: hash,
  signature: hex(128),
  key_id: hex(32),
  sealed_at: time,
};

/** What is hashed as it stands needs no rule: another value has another hash. */
const event: Shape = {
  position: whole(1),
  tenant_id: uuid,
  stream_id: uuid,
  stream_version: whole(1),
  id: uuid,
  stream_type: anything,
  event_type: anything,
  category: anything,
  schema_version: anything,
  correlation_id: anything,
  causation_id: anything,
  actor_type: anything,
  actor_id: anything,
  from_stage: anything,
  to_stage: anything,
  reason: anything,
  detail: anything,
  context: anything,
  occurred_at: time,
  recorded_at: time,
  leaf_hash: hash,
};

const end: Shape = { events: whole(0), seals: whole(0), sha256: hash };

/** The kinds of line, each by the field that only it has. */
export type LineKind = 'header' | 'seal' | 'event' | 'end';

const objectOf = (shape: Shape): Field => ({ holds: (value) => shapeFault(shape, value) === null, is: 'whole' });

const kinds: Readonly<Record<LineKind, Readonly<{ by: string; line: Shape; inner: Shape | null }>>> = {
  header: { by: 'format', line: header, inner: null },
  seal: { by: 'seal', line: { seal: objectOf(seal) }, inner: seal },
  event: { by: 'event', line: { event: objectOf(event), path }, inner: event },
  end: { by: 'end', line: { end: objectOf(end) }, inner: end },
};

/** Tells which kind of line a value is; null where it is none. */
export function kindOf(value: unknown): LineKind | null {
  if (!isObject(value)) return null;
  const found = Object.entries(kinds).find(([, { by }]) => Object.hasOwn(value, by));
  return (found?.[0] as LineKind | undefined) ?? null;
}

/** What is wrong with the shape of a line of a kind, as the end of a sentence; null where nothing is. */
export function lineFault(kind: LineKind, value: unknown): string | null {
  const { by, line, inner } = kinds[kind];
  const within = inner === null ? null : shapeFault(inner, (value as Readonly<Record<string, unknown>>)[by]);
  return within ?? shapeFault(line, value);
}

function shapeFault(shape: Shape, value: unknown): string | null {
  if (!isObject(value)) return 'it is not an object';
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined)
    return `it has a field that does not belong there: ${JSON.stringify(unknown.slice(0, 100))}`;
  const wrong = Object.entries(shape).find(([name, { holds }]) => !Object.hasOwn(value, name) || !holds(value[name]));
  return wrong === undefined ? null : `its ${wrong[0]} is not ${wrong[1].is}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
