import { roles } from '../kernel/command-context.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';
import type { ActorType } from '../kernel/recorded-event.js';
import type { Decision, GateDefinition, GateType } from './template.events.js';

/** What may be decided at a gate of each type. */
export const optionsOf: Readonly<Record<GateType, readonly Decision[]>> = {
  decision: ['proceed', 'narrow', 'pivot', 'park'],
  approval: ['approve', 'send_back'],
};

const kinds: Readonly<Record<ActorType, true>> = { founder: true, user: true, system: true, llm: true, worker: true };
const deciders: readonly string[] = [...new Set([...Object.keys(kinds), ...roles])];

/** What does not go with the type of a gate. */
export function checkGateType(gate: GateDefinition, path: string): readonly Problem[] {
  const known = optionsOf[gate.gate_type];
  const said = `A gate of the type ${gate.gate_type} cannot decide that.`;
  return [
    ...broken([
      [
        gate.options.every((option) => known.includes(option)),
        problem('wrong-option', `${path}/options`, said, `Its options are among ${known.join(', ')}.`),
      ],
    ]),
    ...(gate.gate_type === 'approval' ? checkApproval(gate, path) : checkDecision(gate, path)),
    ...checkReminder(gate, path),
  ];
}

/** Decisions are for kinds of actor and for roles; approvals may name people by their keys, too. */
function checkDecision(gate: GateDefinition, path: string): readonly Problem[] {
  const { decided_by: named, escalate_to: others = [], quorum, no_self_approval: noSelf } = gate;
  const hint = `It may hold ${deciders.join(', ')}.`;
  const isKnown = (name: string) => deciders.includes(name);
  return broken([
    [named.every(isKnown), problem('wrong-value', `${path}/decided_by`, 'It names nobody there is.', hint)],
    [others.every(isKnown), problem('wrong-value', `${path}/escalate_to`, 'It names nobody there is.', hint)],
    [quorum === undefined, notApproval(`${path}/quorum`)],
    [noSelf === undefined, notApproval(`${path}/no_self_approval`)],
  ]);
}

function notApproval(path: string): Problem {
  return problem('not-an-approval', path, 'Only approvals have that.', 'Leave it out, or make the gate an approval.');
}

function checkApproval({ auto = [], quorum }: GateDefinition, path: string): readonly Problem[] {
  return broken([
    [
      auto.length === 0,
      problem(
        'not-a-decision',
        `${path}/auto`,
        'Approvals are for people.',
        'Leave the rules out, or decide by a decision.',
      ),
    ],
    [
      quorum === undefined || (Number.isSafeInteger(quorum) && quorum > 0),
      problem('bad-limit', `${path}/quorum`, 'It is not a number of people.', 'Use a whole number from 1.'),
    ],
  ]);
}

function checkReminder(gate: GateDefinition, path: string): readonly Problem[] {
  const { expires_after_seconds: expiry = 0, remind_before_seconds: ahead } = gate;
  const isWithin = ahead === undefined || (Number.isSafeInteger(ahead) && ahead > 0 && ahead < expiry);
  const hint = 'Use whole seconds from 1, fewer than expires_after_seconds.';
  return broken([
    [isWithin, problem('bad-expiry', `${path}/remind_before_seconds`, 'It does not lie within its time.', hint)],
  ]);
}
