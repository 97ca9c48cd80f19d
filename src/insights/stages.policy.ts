import type { StageDefinition } from '../templates/contract.js';

/** A stage as insights list it; `name` is null where the template's version at hand has no such stage. */
export type ListedStage = Readonly<{ stage: string; number: number; name: string | null }>;

/** A stage that something was counted in, with its number there. */
export type CountedStage = Readonly<{ stage: string; number: number }>;

/**
 * The stages to list, in order: those of the template's version at hand but for locked ones, which nobody enters, and those that only
 * runs of other versions were in, by the number they had there.
 */
export function stagesToList(
  definitions: readonly StageDefinition[],
  counted: readonly CountedStage[],
): readonly ListedStage[] {
  const defined = definitions.flatMap(({ key, name, locked }, index) =>
    locked === true ? [] : [{ stage: key, number: index + 1, name }],
  );
  const known = new Set(defined.map(({ stage }) => stage));
  const others = new Map<string, ListedStage>();
  for (const { stage, number } of counted) {
    if (known.has(stage)) continue;
    others.set(stage, { stage, number: Math.max(number, others.get(stage)?.number ?? 0), name: null });
  }
  const strangers = [...others.values()].toSorted((one, other) => (one.stage < other.stage ? -1 : 1));
  return [...defined, ...strangers].toSorted((one, other) => one.number - other.number);
}
