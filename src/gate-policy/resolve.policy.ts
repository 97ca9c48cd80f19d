import type { ApprovalRule, GatePolicy } from './gate-policy.events.js';

/** Where a setting comes from, the lowest first. A layer has the word over those before it. */
export type Layer = 'default' | 'template' | 'global' | 'project' | 'manual_review';

/** What holds where no layer says anything: nobody has to approve and, if somebody has to, one approver does, without a time limit. */
const defaults = {
  require_approval: false,
  approvers: ['approver'],
  quorum: 1,
  no_self_approval: false,
  expires_after_seconds: null,
  on_expiry: 'remain',
  escalate_to: ['admin'],
  remind_before_seconds: null,
} as const;

type Fields = Omit<Required<ApprovalRule>, 'expires_after_seconds' | 'remind_before_seconds'> &
  Readonly<{
    /** Null: it never expires. */
    expires_after_seconds: number | null;
    /** Null: a quarter of its time. */
    remind_before_seconds: number | null;
  }>;

/** One setting with the layer that set it; `rule` is the key of the rule within that layer, null where a layer has no keys. */
export type Sourced<Value> = Readonly<{ value: Value; layer: Layer; rule: string | null }>;

/** What holds for the approval of one stage, each setting with where it comes from. */
export type EffectiveRule = Readonly<{ [Field in keyof Fields]: Sourced<Fields[Field]> }>;

/** What the layers above the template say of one tenant and, where the run has one, of its project. */
export type PolicyLayers = Readonly<{ global: GatePolicy; project: GatePolicy; requireManualReview: boolean }>;

/** The stage that is asked about. */
export type PolicyQuestion = Readonly<{
  template: string;
  stage: string;
  /** What the template's own gate at the end of the stage comes to; null where it has none that approves. */
  ofTemplate: ApprovalRule | null;
}>;

/** Resolves the layers for one stage, field by field. */
export function resolve(about: PolicyQuestion, layers: PolicyLayers): EffectiveRule {
  const said = voices(about, layers);
  const field = <Name extends keyof Fields>(name: Name): Sourced<Fields[Name]> => {
    const last = said.findLast(({ rule }) => rule[name] !== undefined);
    if (last === undefined) return { value: defaults[name], layer: 'default', rule: null };
    return { value: last.rule[name] as Fields[Name], layer: last.layer, rule: last.key };
  };
  return {
    require_approval: field('require_approval'),
    approvers: field('approvers'),
    quorum: field('quorum'),
    no_self_approval: field('no_self_approval'),
    expires_after_seconds: field('expires_after_seconds'),
    on_expiry: field('on_expiry'),
    escalate_to: field('escalate_to'),
    remind_before_seconds: field('remind_before_seconds'),
  };
}

type Voice = Readonly<{ layer: Layer; key: string | null; rule: ApprovalRule }>;

/** Everything that speaks of the stage, whoever has the last word last. */
function voices(
  { ofTemplate, ...about }: PolicyQuestion,
  { global, project, requireManualReview }: PolicyLayers,
): readonly Voice[] {
  return [
    ...(ofTemplate === null ? [] : [{ layer: 'template' as const, key: null, rule: ofTemplate }]),
    ...rulesAbout(about, global).map((voice) => ({ layer: 'global' as const, ...voice })),
    ...rulesAbout(about, project).map((voice) => ({ layer: 'project' as const, ...voice })),
    ...(requireManualReview ? [{ layer: 'manual_review' as const, key: null, rule: { require_approval: true } }] : []),
  ];
}

function rulesAbout(
  { template, stage }: Readonly<{ template: string; stage: string }>,
  policy: GatePolicy,
): readonly Readonly<{ key: string; rule: ApprovalRule }>[] {
  return ['*', stage, `${template}/${stage}`].flatMap((key) => {
    const rule = Object.hasOwn(policy, key) ? policy[key] : undefined;
    return rule === undefined ? [] : [{ key, rule }];
  });
}
