import { warnAboutGraph } from '../work/contract.js';
import type { GateDefinition, StageDefinition, TemplateContent } from './template.events.js';
import { isGroup } from './gate.policy.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';

/** What can be run and is probably not meant. */
export function warnAbout({ stages }: TemplateContent): readonly Problem[] {
  return stages.flatMap((stage, index) => {
    const path = `/stages/${String(index)}`;
    return [
      ...emptyStage(stage, path),
      ...(stage.graph === undefined ? [] : warnAboutGraph(stage.graph, `${path}/graph`)),
      ...(stage.gate === undefined ? [] : gateWarnings(stage.gate, `${path}/gate`)),
    ];
  });
}

function emptyStage(
  { locked, milestones, exit_criteria: criteria, graph, gate }: StageDefinition,
  path: string,
): readonly Problem[] {
  const isAsked = Object.keys(milestones).length > 0 || criteria.length > 0;
  const hasWork = locked === true || isAsked || graph !== undefined || gate !== undefined;
  const hint = 'Give it milestones, exit criteria, a graph or a gate, unless it only marks a time.';
  return broken([
    [hasWork, problem('empty-stage', path, 'Nothing is asked of this stage: it can be completed at once.', hint)],
  ]);
}

function gateWarnings(
  { decided_by: deciders, options, auto = [], quorum = 1 }: GateDefinition,
  path: string,
): readonly Problem[] {
  const certain = auto.findIndex(({ when }) => when.trim() === 'true');
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
      problem('no-way-on', `${path}/options`, 'No decision leads on to the next stage.', 'Add "proceed".'),
    ],
    [
      quorum <= deciders.length || deciders.some(isGroup),
      problem(
        'quorum-out-of-reach',
        `${path}/quorum`,
        `It asks for ${String(quorum)} people and names ${String(deciders.length)}: only with an admin can it be reached.`,
        'Name more people, or a role.',
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
  ]);
}
