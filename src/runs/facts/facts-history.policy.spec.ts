import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../kernel/json.js';
import { currentFacts, factsHistory, type FactsRecorded } from './facts-history.policy.js';

const [ann, bo] = [
  { type: 'user', id: 'ann' },
  { type: 'user', id: 'bo' },
] as const;

function recorded(version: number, facts: JsonObject, actor: FactsRecorded['actor'] = ann): FactsRecorded {
  const at = `2026-03-01T12:00:0${String(version)}.000Z`;
  return {
    type: 'facts.recorded',
    detail: { facts, trigger: 'onboarding_saved' },
    id: `event-${String(version)}`,
    streamVersion: version,
    actor,
    occurredAt: at,
    recordedAt: at,
  };
}

/** Each entry with the version that it contradicts, and the version that replaced it. */
const told = (...events: readonly FactsRecorded[]) =>
  factsHistory(events).map(({ key, value, version, conflictsWith, supersededBy }) => [
    `${key}=${JSON.stringify(value)} @${String(version)}`,
    conflictsWith?.version ?? null,
    supersededBy?.version ?? null,
  ]);

describe('the history of facts', () => {
  it('has every fact once for each time it was recorded, with who, why and when', () => {
    expect(factsHistory([recorded(4, { seats: 12, town: 'Kisumu' }, bo)])[1]).toEqual({
      key: 'town',
      value: 'Kisumu',
      trigger: 'onboarding_saved',
      actor: bo,
      occurredAt: '2026-03-01T12:00:04.000Z',
      recordedAt: '2026-03-01T12:00:04.000Z',
      eventId: 'event-4',
      version: 4,
      conflictsWith: null,
      supersededBy: null,
    });
  });

  it('says what contradicts what', () => {
    expect(told(recorded(3, { a: 1, b: 1 }), recorded(4, { a: 2 }, bo), recorded(7, { a: 1 }))).toEqual([
      ['a=1 @3', null, 4],
      ['b=1 @3', null, null],
      ['a=2 @4', 3, 7],
      ['a=1 @7', 4, null],
    ]);
    const [, contradicting] = factsHistory([recorded(3, { a: 1 }), recorded(4, { a: 2 }, bo)]);
    expect(contradicting).toMatchObject({ actor: bo, conflictsWith: { value: 1, actor: ann } });
  });

  it('has no conflict where the same is said again', () => {
    expect(told(recorded(3, { a: [1] }), recorded(4, { a: [1] }, bo))).toEqual([
      ['a=[1] @3', null, null],
      ['a=[1] @4', null, null],
    ]);
    expect(told(recorded(3, { a: 1 }), recorded(4, { a: 1 }), recorded(5, { a: 2 })).map(([, , by]) => by)).toEqual([
      5,
      5,
      null,
    ]);
  });

  it('counts the last one', () => {
    expect(currentFacts(factsHistory([recorded(3, { a: 1, b: 1 }), recorded(4, { a: 2 })]))).toEqual({ a: 2, b: 1 });
  });
});
