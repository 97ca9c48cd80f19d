import type { CheckExpression, ExpressionChecks, Scope } from '../kernel/expression.js';
import { roles } from '../kernel/command-context.js';
import type { ActorType } from '../kernel/recorded-event.js';
import type { Decision, GateDefinition, GateRule, GateType, StageDefinition } from './template.events.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';

/** Everything that keeps a stage's gate from being decided as it says. */
export function checkGate(stage: StageDefinition, path: string, checks: ExpressionChecks): readonly Problem[] {
  const { gate } = stage;
  if (gate === undefined) return [];
  const scope = scopeOf(stage); // One for all its rules: what is made of it is kept by it.
  return [
    ...checkTerms(gate, path),
    ...(gate.gate_type === 'approval' ? checkApproval(gate, path) : checkDecision(gate, path)),
    ...(gate.auto ?? []).flatMap((rule, index) => [
      ...checkRule(gate, rule, `${path}/auto/${String(index)}`),
      ...checkWhen(rule, scope, `${path}/auto/${String(index)}/when`, checks.condition),
    ]),
  ];
}

/** What the rules of a stage's gate may speak of. What a run gives them has to fit. */
export function scopeOf(stage: StageDefinition): Scope {
  const flags = (keys: readonly string[]) => ({
    fields: Object.fromEntries(keys.map((key) => [key, 'flag' as const])),
  });
  return {
    result: { fields: { outcome: 'text', score: 'number', feedback: 'text', data: 'any' } },
    results: 'any',
    nodes: 'any',
    facts: 'any',
    input: 'any',
    progress_percent: 'number',
    milestones: flags(Object.keys(stage.milestones)),
    criteria: flags(stage.exit_criteria.map(({ key }) => key)),
    risks: { list: { fields: { type: 'text', message: 'text' } } },
  };
}

function checkTerms(gate: GateDefinition, path: string): readonly Problem[] {
  const { options, decided_by: deciders, expires_after_seconds: expiry } = gate;
  return broken([
    [options.length > 0, problem('no-options', `${path}/options`, 'Nothing could be decided.', 'Name an option.')],
    [deciders.length > 0, problem('no-decider', `${path}/decided_by`, 'Nobody could decide.', 'Name who may.')],
    [
      (gate.reason_required_for ?? []).every((option) => options.includes(option)),
      problem('no-such-option', `${path}/reason_required_for`, 'It names what is no option.', 'Name options only.'),
    ],
    [
      expiry === undefined || (Number.isSafeInteger(expiry) && expiry > 0),
      problem('bad-expiry', `${path}/expires_after_seconds`, 'It is not a time span.', 'Use whole seconds from 1.'),
    ],
    [
      gate.remind_before_seconds === undefined || gate.remind_before_seconds < (expiry ?? Infinity),
      problem('bad-reminder', `${path}/remind_before_seconds`, 'It is before the gate opens.', 'Remind later.'),
    ],
    [
      gate.on_expiry !== 'escalate' || (gate.escalate_to ?? []).length > 0,
      problem('no-decider', `${path}/escalate_to`, 'It escalates to nobody.', 'Name who may decide then.'),
    ],
  ]);
}

/** What may be decided at each type of gate. */
export const optionsOf: Readonly<Record<GateType, readonly Decision[]>> = {
  decision: ['proceed', 'narrow', 'pivot', 'park'],
  approval: ['approve', 'send_back'],
};

const kinds: Readonly<Record<ActorType, true>> = { founder: true, user: true, system: true, llm: true, worker: true };
const groups: ReadonlySet<string> = new Set([...Object.keys(kinds), ...roles]);

/** Whether a word names a role or a kind of actor: then it never means one person, whatever they or their key are called. */
export function isGroup(decider: string): boolean {
  return groups.has(decider);
}

/** People vote: by rule nobody approves, and what was approved can be sent back instead. */
function checkApproval({ options, auto = [] }: GateDefinition, path: string): readonly Problem[] {
  const hint = 'Offer "approve" and "send_back", or make it a decision.';
  return [
    ...wrongOptions({ gate_type: 'approval', options }, path, hint),
    ...broken([
      [
        options.length === 0 || optionsOf.approval.every((option) => options.includes(option)),
        problem('missing-option', `${path}/options`, 'An approval is given, or sent back.', hint),
      ],
      [
        auto.length === 0,
        problem('rules-at-approval', `${path}/auto`, 'No rule approves: people do.', 'Leave the rules out.'),
      ],
    ]),
  ];
}

function checkDecision(gate: GateDefinition, path: string): readonly Problem[] {
  const { options, decided_by: deciders, auto = [], expires_after_seconds: expiry } = gate;
  const nobody = (names: readonly string[]) => names.find((name) => !isGroup(name));
  const only = 'Leave it out, or make it an approval.';
  const known = `Name one of ${[...groups].join(', ')}; single people may approve, at an approval.`;
  return [
    ...wrongOptions({ gate_type: 'decision', options }, path, 'Offer it at an approval.'),
    ...broken([
      [
        auto.length === 0 || deciders.includes('system'),
        problem(
          'no-system',
          `${path}/decided_by`,
          'Its rules may not decide.',
          'Add "system", or leave the rules out.',
        ),
      ],
      [
        nobody(deciders) === undefined,
        problem(
          'wrong-value',
          `${path}/decided_by`,
          `"${nobody(deciders) ?? ''}" is no role and no kind of actor.`,
          known,
        ),
      ],
      [
        nobody(gate.escalate_to ?? []) === undefined,
        problem('wrong-value', `${path}/escalate_to`, 'It names what is no role and no kind of actor.', known),
      ],
      [gate.quorum === undefined, problem('only-at-approval', `${path}/quorum`, 'One decides a decision.', only)],
      [
        gate.no_self_approval === undefined,
        problem('only-at-approval', `${path}/no_self_approval`, 'A decision is no approval.', only),
      ],
      [
        gate.remind_before_seconds === undefined || expiry !== undefined,
        problem('bad-reminder', `${path}/remind_before_seconds`, 'It never expires.', 'Say when it does.'),
      ],
    ]),
  ];
}

function wrongOptions(
  { gate_type: type, options }: Pick<GateDefinition, 'gate_type' | 'options'>,
  path: string,
  hint: string,
): readonly Problem[] {
  const wrong = options.filter((option) => !optionsOf[type].includes(option));
  if (wrong.length === 0) return [];
  const message = `"${wrong.join('", "')}" is nothing to decide at ${type === 'approval' ? 'an approval' : 'a decision'}.`;
  return [problem('wrong-option', `${path}/options`, message, hint)];
}

function checkRule({ options }: GateDefinition, { decision }: GateRule, path: string): readonly Problem[] {
  if (options.includes(decision)) return [];
  const hint = `Decide one of ${options.join(', ')}, or add it to the options.`;
  return [problem('no-such-option', `${path}/decision`, `The gate has no option "${decision}".`, hint)];
}

function checkWhen({ when }: GateRule, scope: Scope, path: string, check: CheckExpression): readonly Problem[] {
  const fault = check(when, scope);
  if (fault === null) return [];
  const { code, column, message, hint } = fault;
  return [{ code, path, message: `At column ${String(column)}: ${message}`, hint, column }];
}
