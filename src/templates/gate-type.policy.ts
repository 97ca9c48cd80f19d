import { roles } from '../kernel/command-context.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';
import type { ActorType } from '../kernel/recorded-event.js';
import type { Decision, GateDefinition, GateType } from './template.events.js';

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

/** What does not go with the type of a gate. */
export function checkGateType(gate: GateDefinition, path: string): readonly Problem[] {
  return gate.gate_type === 'approval' ? checkApproval(gate, path) : checkDecision(gate, path);
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
