import type { Evaluation } from '../kernel/expression.js';
import { risksOf } from './guards.decider.js';
import type { Finding, RiskView } from './run.events.js';
import { own } from '../kernel/json-values.js';
import type { BuiltInReason } from '../templates/contract.js';
import { isThrough, leftNodes, rerunOf, type LeftNode } from '../work/contract.js';
import type { Begun } from './run-state.decider.js';
import { ruleValues } from './rule-values.policy.js';
import type { Stage } from './stage.plan.js';

/** Whether a stage may be completed: each reason why not, with the action that removes it at the same index. */
export type Readiness = Readonly<{
  ready: boolean;
  blockedReasons: readonly Finding[];
  requiredActions: readonly Finding[];
  /** Codes of the rules of which could not be told whether they hold. */
  untold: readonly string[];
}>;

/** What an obstacle is about; `key` tells those of a kind apart: of a job the id of its node, of a rule its code. */
export type Matter = Readonly<{
  kind: 'start' | 'graph' | 'job' | 'broken_graph' | 'milestone' | 'criterion' | 'risk' | 'rule';
  key: string;
}>;

/** One thing that keeps a stage from being ready, with the action that removes it. */
export type Obstacle = Readonly<{
  about: Matter;
  reason: Finding;
  action: Finding;
  /** There were not enough steps left to tell whether it is one. */
  isUntold?: true;
}>;

/** Computed from the run as it stands. */
export function assessReadiness(run: Begun, stage: Stage, evaluate: Evaluation): Readiness {
  const obstacles = obstaclesOf(run, stage, evaluate);
  return {
    ready: obstacles.length === 0,
    blockedReasons: obstacles.map(({ reason }) => reason),
    requiredActions: obstacles.map(({ action }) => action),
    untold: obstacles.filter(({ isUntold }) => isUntold === true).map(({ reason }) => reason.code),
  };
}

/** All that keeps a stage from being ready: its work first, the rules of its contract last. */
export function obstaclesOf(run: Begun, stage: Stage, evaluate: Evaluation): readonly Obstacle[] {
  return [
    ...unstarted(stage),
    ...unfinishedGraph(stage),
    ...brokenGraph(stage),
    ...openMilestones(stage).map(milestoneObstacle),
    ...unmetCriteria(stage),
    ...openRisks(risksOf(run, stage)),
    ...unmetRules(run, stage, evaluate),
  ];
}

function unstarted(stage: Stage): readonly Obstacle[] {
  if (stage.state !== 'created') return [];
  const about = { kind: 'start', key: '' } as const;
  return [obstacle(about, 'stage-not-started', 'The stage was not started yet.', 'start-stage', 'Start the stage.')];
}

/** Nodes that are left, of which two say what they wait for, and each job that only a person can have go on. */
function unfinishedGraph({ definition: { graph }, work }: Stage): readonly Obstacle[] {
  if (graph === undefined || work === null || isThrough(work)) return [];
  const left = leftNodes(work, graph);
  const first = [...left.filter(({ isLive }) => isLive), ...left.filter(({ isLive }) => !isLive)].slice(0, NAMED_NODES);
  const words = first.map((node) => `${nameOf(node)} ${node.waitsFor}`).join(', ');
  const count = `${String(left.length)} of ${String(graph.nodes.length)} nodes are left`;
  return [
    obstacle({ kind: 'graph', key: '' }, 'graph-unfinished', `${count}: ${words}.`, 'finish-graph', LET_IT_FINISH),
    ...left.flatMap(jobObstacle),
  ];
}

/** Nodes that failed or were cut off, and those after them: the run ended with them. */
function brokenGraph({ state, definition: { graph }, work }: Stage): readonly Obstacle[] {
  if (state !== 'in_progress' || graph === undefined || work === null || !isThrough(work)) return [];
  const undone = rerunOf(work, graph).length;
  if (undone === 0) return [];
  const reason = `The graph ended with ${String(undone)} of ${String(graph.nodes.length)} nodes undone.`;
  const advice = 'Resume the run if it failed or ran out of time: they run again, and the rest is kept.';
  return [obstacle({ kind: 'broken_graph', key: '' }, 'graph-broken-off', reason, 'resume-run', advice)];
}

const NAMED_NODES = 2;
const LET_IT_FINISH = 'Let its workers and timers finish the graph.';

function jobObstacle(node: LeftNode): readonly Obstacle[] {
  if (node.unresolvedJob === null) return [];
  const advice = `Retry or resolve job ${node.unresolvedJob} of node ${nameOf(node)}.`;
  const reason = `The job of node ${nameOf(node)} needs a person.`;
  return [obstacle({ kind: 'job', key: node.id }, 'job-needs-human', reason, 'resolve-job', advice)];
}

function nameOf({ id, name }: LeftNode): string {
  return `"${name}" (${id})`;
}

/** A milestone a decision completes is not asked for: the decision comes after readiness. */
function openMilestones(stage: Stage): readonly Readonly<{ key: string; title: string }>[] {
  return Object.keys(stage.weights)
    .toSorted()
    .flatMap((key) => {
      const milestone = own(stage.definition.milestones, key);
      if (milestone === undefined || stage.completed.includes(key)) return [];
      const isTied = milestone.completed_by !== undefined || milestone.also_completed_by !== undefined;
      return isTied ? [] : [{ key, title: milestone.title }];
    });
}

function milestoneObstacle({ key, title }: Readonly<{ key: string; title: string }>): Obstacle {
  const named = `"${title}" (${key})`;
  return obstacle(
    { kind: 'milestone', key },
    'milestone-incomplete',
    `Milestone ${named} is not complete.`,
    'complete-milestone',
    `Complete milestone ${named}.`,
  );
}

function unmetCriteria(stage: Stage): readonly Obstacle[] {
  return stage.definition.exit_criteria
    .filter(({ key }) => !stage.met.includes(key))
    .map(({ key, text }) =>
      obstacle(
        { kind: 'criterion', key },
        'criterion-unmet',
        `Exit criterion "${text}" (${key}) is not met.`,
        'meet-criterion',
        `Meet exit criterion "${text}" (${key}).`,
      ),
    );
}

function openRisks(risks: readonly RiskView[]): readonly Obstacle[] {
  return risks
    .filter(({ dismissed }) => !dismissed)
    .map(({ id, type, message }) =>
      obstacle(
        { kind: 'risk', key: id },
        'risk-open',
        `Risk "${message}" (${type}) is not dismissed.`,
        'dismiss-risk',
        `Dismiss risk ${id} with a reason.`,
      ),
    );
}

/** A rule that cannot be evaluated does not hold, and says so: a fact it asks for may just not be there yet. */
function unmetRules(run: Begun, stage: Stage, evaluate: Evaluation): readonly Obstacle[] {
  const { contract = [] } = stage.definition;
  const { condition } = evaluate.apart();
  return contract.flatMap(({ code, when, reason, action }) => {
    const answer = condition(when, ruleValues(run, stage, when));
    if ('holds' in answer && answer.holds) return [];
    const message = 'failure' in answer ? `${reason} (${whyUnknown(answer)})` : reason;
    const untold = 'failure' in answer && answer.isTooCostly === true ? { isUntold: true as const } : {};
    return [{ about: { kind: 'rule', key: code }, reason: { code, message }, action, ...untold }];
  });
}

function whyUnknown({ failure, missing }: Readonly<{ failure: string; missing?: string }>): string {
  return missing === undefined ? `The rule could not be evaluated: ${failure}` : `${missing} is not there yet.`;
}

function obstacle(about: Matter, code: BuiltInReason, message: string, action: string, advice: string): Obstacle {
  return { about, reason: { code, message }, action: { code: action, message: advice } };
}
