import type { ExpressionChecks } from '../kernel/expression.js';
import { warnAboutGraph } from '../work/contract.js';
import { contractWarnings } from './contract.policy.js';
import { isGroup } from './gate-type.policy.js';
import type { GateDefinition, StageDefinition, TemplateContent } from './template.events.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';

/** What can be run and is probably not meant. */
export function warnAbout({ stages }: TemplateContent, checks: ExpressionChecks): readonly Problem[] {
  return stages.flatMap((stage, index) => {
    const path = `/stages/${String(index)}`;
    return [
      ...emptyStage(stage, path),
      ...contractWarnings(stage, stages, `${path}/contract`, checks),
      ...(stage.graph === undefined ? [] : warnAboutGraph(stage.graph, checks, `${path}/graph`)),
      ...(stage.gate === undefined ? [] : gateWarnings(stage.gate, `${path}/gate`)),
      ...(stage.gate === undefined ? [] : quorumWarnings(stage.gate, `${path}/gate`)),
    ];
  });
}

function emptyStage(
  { locked, milestones, exit_criteria: criteria, contract = [], graph, gate }: StageDefinition,
  path: string,
): readonly Problem[] {
  const isAsked = Object.keys(milestones).length > 0 || criteria.length > 0 || contract.length > 0;
  const hasWork = locked === true || isAsked || graph !== undefined || gate !== undefined;
  const hint = 'Give it milestones, exit criteria, a contract, a graph or a gate, unless it only marks a time.';
  return broken([
    [hasWork, problem('empty-stage', path, 'Nothing is asked of this stage: it can be completed at once.', hint)],
  ]);
}

function gateWarnings({ decided_by: deciders, options, auto = [] }: GateDefinition, path: string): readonly Problem[] {
  const certain = auto.findIndex(({ when }) => when.trim() === 'true');
  const endless = auto.findIndex(({ decision, at_most: limit }) => decision === 'pivot' && limit === undefined);
  return broken([
    [
      deciders.some((decider) => decider !== 'system'),
      problem(
        'no-person',
        `${path}/decided_by`,
        'Where no rule decides, only an admin can.',
        'Name people who may decide.',
      ),
    ],
    [
      options.length === 0 || options.includes('proceed') || options.includes('approve'),
      problem(
        'no-way-on',
        `${path}/options`,
        'No decision leads on to the next stage.',
        'Add "proceed", or "approve".',
      ),
    ],
    [
      certain === -1 || certain === auto.length - 1,
      problem(
        'unreachable-rule',
        `${path}/auto/${String(certain + 1)}`,
        'The rule before it always holds.',
        'Leave it out, or put it before.',
      ),
    ],
    [
      endless === -1,
      problem(
        'endless-rule',
        `${path}/auto/${String(endless)}`,
        'It may send a run back for ever.',
        'Say how often at most: at_most.',
      ),
    ],
  ]);
}

/** At an approval, and where it escalates: the same number has to approve there. */
function quorumWarnings(
  { decided_by: deciders, on_expiry, escalate_to: others = [], quorum = 1 }: GateDefinition,
  path: string,
): readonly Problem[] {
  const outOfReach = (field: string, count: number) =>
    problem(
      'quorum-out-of-reach',
      `${path}/${field}`,
      `It asks for ${String(quorum)} people and names ${String(count)}: only with an admin can it be reached.`,
      'Name more people, or a role.',
    );
  const isInReach = (names: readonly string[]) => quorum <= names.length || names.some(isGroup);
  return broken([
    [isInReach(deciders), outOfReach('quorum', deciders.length)],
    [on_expiry !== 'escalate' || isInReach(others), outOfReach('escalate_to', others.length)],
  ]);
}
