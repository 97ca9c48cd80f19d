import { isSameJson } from '../../kernel/json-values.js';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import type { Actor, Envelope } from '../../kernel/recorded-event.js';
import type { RunEvent } from '../run.events.js';

/** The event by which facts came. */
export type FactsRecorded = Extract<RunEvent, { type: 'facts.recorded' }> &
  Pick<Envelope, 'id' | 'streamVersion' | 'actor' | 'occurredAt' | 'recordedAt'>;

/** One fact as it was recorded once: by whom, when, and what led to it. */
export type Statement = Readonly<{
  key: string;
  value: JsonValue;
  trigger: string;
  actor: Actor;
  occurredAt: string;
  recordedAt: string;
  eventId: string;
  /** Of the run. */
  version: number;
}>;

/** A statement beside those that say something else: what stood before it, and what replaced it. The last one counts. */
export type FactEntry = Statement & Readonly<{ conflictsWith: Statement | null; supersededBy: Statement | null }>;

/** Every fact that was ever recorded, in the order of the timeline. */
export function factsHistory(events: readonly FactsRecorded[]): readonly FactEntry[] {
  const statements = events.flatMap(statementsIn);
  const replaced = replacements(statements);
  const replacing = new Map([...replaced].map(([before, after]) => [after, before] as const));
  const successors = successorsOf(statements, replaced);
  return statements.map((statement) => ({
    ...statement,
    conflictsWith: replacing.get(statement) ?? null,
    supersededBy: successors.get(statement) ?? null,
  }));
}

/** The facts that count: the last value of each. */
export function currentFacts(history: readonly Statement[]): JsonObject {
  return Object.fromEntries(history.map(({ key, value }) => [key, value]));
}

function statementsIn({
  id,
  streamVersion,
  actor,
  occurredAt,
  recordedAt,
  detail,
}: FactsRecorded): readonly Statement[] {
  const { trigger } = detail;
  return (Object.entries(detail.facts) as [string, JsonValue][]).map(([key, value]) => ({
    key,
    value,
    trigger,
    actor,
    occurredAt,
    recordedAt,
    eventId: id,
    version: streamVersion,
  }));
}

/** Each statement that was replaced by another value, with the one that did so. */
function replacements(statements: readonly Statement[]): ReadonlyMap<Statement, Statement> {
  const standing = new Map<string, Statement>();
  const replaced = new Map<Statement, Statement>();
  for (const statement of statements) {
    const before = standing.get(statement.key);
    if (before !== undefined && !isSameJson(before.value, statement.value)) replaced.set(before, statement);
    standing.set(statement.key, statement);
  }
  return replaced;
}

/** The same for those that were said again before: they stood until then. */
function successorsOf(
  statements: readonly Statement[],
  replaced: ReadonlyMap<Statement, Statement>,
): ReadonlyMap<Statement, Statement> {
  const next = new Map<string, Statement | undefined>();
  const successors = new Map<Statement, Statement>();
  for (const statement of statements.toReversed()) {
    const successor = replaced.get(statement) ?? next.get(statement.key);
    if (successor !== undefined) successors.set(statement, successor);
    next.set(statement.key, successor);
  }
  return successors;
}
