import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ApprovalRule } from './gate-policy.events.js';
import { type Layer, type PolicyLayers, type PolicyQuestion, resolve as resolveFor } from './resolve.policy.js';

const nothing: PolicyQuestion & PolicyLayers = {
  template: 'delivery',
  stage: '3_build',
  ofTemplate: null,
  global: {},
  project: {},
  requireManualReview: false,
};

function resolve(all: PolicyQuestion & PolicyLayers) {
  return resolveFor(all, all);
}

describe('resolving a policy', () => {
  // Written by hand: which layers speak, what each asks for, and what then holds. T and G ask for approval, P lifts it, M forces it.
  it.each<[template: boolean, global: boolean, project: boolean, manual: boolean, required: boolean, layer: Layer]>([
    [false, false, false, false, false, 'default'],
    [false, false, false, true, true, 'manual_review'],
    [false, false, true, false, false, 'project'],
    [false, false, true, true, true, 'manual_review'],
    [false, true, false, false, true, 'global'],
    [false, true, false, true, true, 'manual_review'],
    [false, true, true, false, false, 'project'],
    [false, true, true, true, true, 'manual_review'],
    [true, false, false, false, true, 'template'],
    [true, false, false, true, true, 'manual_review'],
    [true, false, true, false, false, 'project'],
    [true, false, true, true, true, 'manual_review'],
    [true, true, false, false, true, 'global'],
    [true, true, false, true, true, 'manual_review'],
    [true, true, true, false, false, 'project'],
    [true, true, true, true, true, 'manual_review'],
  ])(
    'with template %s, global %s, project %s, manual review %s: %s by %s',
    (template, global, project, manual, ...then) => {
      const { require_approval: required } = resolve({
        ...nothing,
        ofTemplate: template ? { require_approval: true } : null,
        global: global ? { '*': { require_approval: true } } : {},
        project: project ? { '3_build': { require_approval: false } } : {},
        requireManualReview: manual,
      });
      expect([required.value, required.layer]).toEqual(then);
    },
  );

  // The same for a setting that manual review says nothing about: 2 by the template, 3 by the tenant, 4 by the project.
  it.each<[template: boolean, global: boolean, project: boolean, manual: boolean, quorum: number, layer: Layer]>([
    [false, false, false, false, 1, 'default'],
    [false, false, false, true, 1, 'default'],
    [false, false, true, false, 4, 'project'],
    [false, false, true, true, 4, 'project'],
    [false, true, false, false, 3, 'global'],
    [false, true, false, true, 3, 'global'],
    [false, true, true, false, 4, 'project'],
    [false, true, true, true, 4, 'project'],
    [true, false, false, false, 2, 'template'],
    [true, false, false, true, 2, 'template'],
    [true, false, true, false, 4, 'project'],
    [true, false, true, true, 4, 'project'],
    [true, true, false, false, 3, 'global'],
    [true, true, false, true, 3, 'global'],
    [true, true, true, false, 4, 'project'],
    [true, true, true, true, 4, 'project'],
  ])(
    'with template %s, global %s, project %s, manual review %s: a quorum of %d by %s',
    (template, global, project, manual, ...then) => {
      const { quorum } = resolve({
        ...nothing,
        ofTemplate: template ? { quorum: 2 } : null,
        global: global ? { '*': { quorum: 3 } } : {},
        project: project ? { '*': { quorum: 4 } } : {},
        requireManualReview: manual,
      });
      expect([quorum.value, quorum.layer]).toEqual(then);
    },
  );

  it('takes each field from the closest rule that speaks of it', () => {
    const global = {
      '*': { require_approval: true, quorum: 2, on_expiry: 'park' },
      '3_build': { quorum: 3 },
      'delivery/3_build': { approvers: ['admin'] },
      'hiring/3_build': { quorum: 9 },
      '4_test': { quorum: 8 },
    } as const;
    expect(resolve({ ...nothing, global })).toEqual({
      require_approval: { value: true, layer: 'global', rule: '*' },
      approvers: { value: ['admin'], layer: 'global', rule: 'delivery/3_build' },
      quorum: { value: 3, layer: 'global', rule: '3_build' },
      no_self_approval: { value: false, layer: 'default', rule: null },
      expires_after_seconds: { value: null, layer: 'default', rule: null },
      on_expiry: { value: 'park', layer: 'global', rule: '*' },
      escalate_to: { value: ['admin'], layer: 'default', rule: null },
      remind_before_seconds: { value: null, layer: 'default', rule: null },
    });
  });

  it('lets a wide rule of a higher layer have the word over a close one of a lower layer', () => {
    const { quorum } = resolve({
      ...nothing,
      global: { 'delivery/3_build': { quorum: 5 } },
      project: { '*': { quorum: 2 } },
    });
    expect(quorum).toEqual({ value: 2, layer: 'project', rule: '*' });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'does not take what every object has for a rule: %s',
    (stage) => {
      const fields = Object.values(resolve({ ...nothing, stage, template: stage }));
      expect(fields.map(({ layer }) => layer)).toEqual(fields.map(() => 'default'));
    },
  );

  it('takes a stage whose key is that of another template for what its own template says', () => {
    const global = { 'delivery/delivery': { quorum: 2 }, delivery: { quorum: 3 } };
    expect(resolve({ ...nothing, global }).quorum.layer).toBe('default');
    expect(resolve({ ...nothing, stage: 'delivery', global }).quorum.value).toBe(2);
    expect(resolve({ ...nothing, stage: 'delivery', template: 'hiring', global }).quorum.value).toBe(3);
  });

  it('hands on null as a word of its own', () => {
    const global = { '*': { expires_after_seconds: 60 } };
    const project = { '3_build': { expires_after_seconds: null } };
    expect(resolve({ ...nothing, global, project }).expires_after_seconds).toEqual({
      value: null,
      layer: 'project',
      rule: '3_build',
    });
  });
});

/** Every place that may speak of a setting, whoever has the last word first. */
const places = [
  ['manual_review', null],
  ['project', 'delivery/3_build'],
  ['project', '3_build'],
  ['project', '*'],
  ['global', 'delivery/3_build'],
  ['global', '3_build'],
  ['global', '*'],
  ['template', null],
] as const;

/** What a place would say of each setting, no two places the same where there is that much to say. */
const saidAt = (place: number): Required<ApprovalRule> => ({
  require_approval: place % 2 === 0,
  approvers: [`approver ${String(place)}`],
  quorum: place + 10,
  no_self_approval: place % 2 === 1,
  expires_after_seconds: place === 3 ? null : place + 100,
  on_expiry: (['remain', 'park', 'escalate'] as const)[place % 3] ?? 'remain',
  escalate_to: [`escalation ${String(place)}`],
  remind_before_seconds: place === 4 ? null : place + 50,
});

const byDefault: Readonly<Record<keyof ApprovalRule, unknown>> = {
  require_approval: false,
  approvers: ['approver'],
  quorum: 1,
  no_self_approval: false,
  expires_after_seconds: null,
  on_expiry: 'remain',
  escalate_to: ['admin'],
  remind_before_seconds: null,
};
const fields = Object.keys(byDefault) as (keyof ApprovalRule)[];

/** The layers as they are where exactly these places speak of the field as `rule` has it; others speak of everything, but not of this stage. */
function layersOf(speaking: readonly number[], rule: (place: number) => ApprovalRule) {
  const of = (wanted: Layer): Record<string, ApprovalRule> =>
    Object.fromEntries(
      places.flatMap(([layer, key], place) =>
        layer === wanted && key !== null && speaking.includes(place) ? [[key, rule(place)]] : [],
      ),
    );
  return {
    ...nothing,
    ofTemplate: speaking.includes(7) ? rule(7) : null,
    global: { ...of('global'), '4_test': saidAt(9), 'hiring/3_build': saidAt(9) },
    project: { ...of('project'), '3_build/delivery': saidAt(9) },
    requireManualReview: speaking.includes(0),
  };
}

/** The same told slowly: ask one place after another, and take the first answer. */
function askedInTurn(field: keyof ApprovalRule, speaking: readonly number[]) {
  for (const [place, [layer, rule]] of places.entries()) {
    if (!speaking.includes(place)) continue;
    if (layer !== 'manual_review') return { value: saidAt(place)[field], layer, rule };
    if (field === 'require_approval') return { value: true, layer, rule };
  }
  return { value: byDefault[field], layer: 'default', rule: null };
}

const subsets = Array.from({ length: 2 ** places.length }, (_, bits) =>
  places.flatMap((_place, index) => ((bits >> index) & 1 ? [index] : [])),
);

describe('every combination of places that speak', () => {
  it.each(fields)('of %s comes to the first answer when they are asked in turn', (field) => {
    for (const speaking of subsets) {
      const alone = layersOf(speaking, (place) => ({ [field]: saidAt(place)[field] }));
      expect([speaking, resolve(alone)[field]]).toEqual([speaking, askedInTurn(field, speaking)]);
    }
  });

  it('comes to the same where each speaks of everything at once', () => {
    for (const speaking of subsets) {
      const told = Object.fromEntries(fields.map((field) => [field, askedInTurn(field, speaking)]));
      expect([speaking, resolve(layersOf(speaking, saidAt))]).toEqual([speaking, told]);
    }
  });
});

describe('docs/gate-policy.md', () => {
  const page = readFileSync(new URL('../../docs/gate-policy.md', import.meta.url), 'utf8');
  const rowsUnder = (heading: string) => {
    const [, table = ''] = page.split(heading);
    const rows = (table.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \|.*\| ([^|]+) \|$/gm);
    return [...rows].map(([, name, last = '']) => [name, last.replaceAll('`', '')] as const);
  };

  it('has every setting with what holds where nobody says anything', () => {
    const settings = rowsUnder('| setting | means | by default |\n');
    const holds = Object.entries(byDefault).map(([field, value]) => [
      field,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(settings).toEqual(holds);
  });

  it('has every layer, the lowest first', () => {
    const layers = rowsUnder('| layer | whose word it is | where it is said |\n').map(([name]) => name);
    expect(layers).toEqual(['default', ...new Set(places.map(([layer]) => layer).toReversed())]);
  });
});
