import type { Evaluation } from '../../kernel/expression.js';
import { own } from '../../kernel/json-values.js';
import { commandRoles, factRoles } from '../call-roles.policy.js';
import { obstaclesOf, type Matter, type Obstacle } from '../readiness.policy.js';
import { currentStage } from '../run-state.decider.js';
import type { Stage } from '../stage.plan.js';
import { liveWork } from './live-work.policy.js';
import { openSince, type OpenSince } from './open-since.policy.js';
import {
  asks,
  because,
  lastOf,
  standing,
  waitFor,
  type Candidate,
  type Known,
  type Remedy,
  type Wait,
} from './wait.policy.js';
import { waitOnWork } from './why-work.policy.js';

/**
 * All that keeps a stage that is not completed, what keeps it most first:
 *
 *   1. nobody started it
 *   2. a job that needs a person
 *   3. what people have to see to: a risk, then a milestone, then an exit criterion, of each kind the one that has been open longest
 *   4. the work under way: a job that nobody has taken, a job that is running, one that waits for its next attempt, then timers
 *   5. work that was broken off
 *   6. a rule of its contract, the one that has been broken longest: only now, because what the work finds out may be what it asks for
 *   7. nothing of all that: it is ready, and nobody has completed it
 */
export function keepingStage(known: Known, evaluate: Evaluation): readonly Candidate[] {
  const stage = currentStage(known.state);
  const obstacles = obstaclesOf(known.state, stage, evaluate); // First, while there are steps enough for what is so now.
  const about = { known, stage, since: openSince(known, evaluate) };
  const open = (kind: Matter['kind']): readonly Candidate[] =>
    obstacles
      .filter((obstacle) => obstacle.about.kind === kind)
      .toSorted((one, other) => earlier(about.since.of(one.about), about.since.of(other.about)))
      .map((obstacle) => () => waitOnObstacle(about, obstacle));
  const [people, work] = workOf(known, stage);
  const all = [
    ...open('start'),
    ...people,
    ...open('risk'),
    ...open('milestone'),
    ...open('criterion'),
    ...(people.length + work.length > 0 ? work : open('graph')),
    ...open('broken_graph'),
    ...open('rule'),
  ];
  return all.length > 0 ? all : [() => readyStage(about)];
}

type About = Readonly<{ known: Known; stage: Stage; since: OpenSince }>;
type Told = Pick<Wait, 'waits_for' | 'summary' | 'unblock'> & Partial<Wait>;

function workOf(known: Known, stage: Stage): readonly [people: readonly Candidate[], rest: readonly Candidate[]] {
  const { person = [], rest = [] } = Object.groupBy(liveWork(stage, known.now), ({ kind }) =>
    kind === 'needs_human' ? 'person' : 'rest',
  );
  return [person.map((activity) => waitOnWork(known, activity)), rest.map((activity) => waitOnWork(known, activity))];
}

function waitOnObstacle(about: About, obstacle: Obstacle): ReturnType<Candidate> {
  return { since: about.since.of(obstacle.about), ...standing, ...told(about, obstacle) };
}

function told(about: About, { about: { kind, key }, reason, action }: Obstacle): Told {
  const { known, stage } = about;
  const { definition } = stage;
  const path = pathOf(about);
  const summary = `Stage "${definition.name}" is not ready: ${reason.message}`;
  const step = (route: string) => [asks(action.code, action.message, `${path}/${route}`, commandRoles)];
  switch (kind) {
    case 'start':
      return {
        waits_for: 'command',
        summary: `Stage "${definition.name}" was entered, and nobody has started it.`,
        unblock: step('start'),
      };
    case 'risk': {
      const { id = key, type = '', message = '' } = known.state.risks.find((risk) => risk.id === key) ?? {};
      return { waits_for: 'risk', summary, unblock: step(`risks/${key}/dismiss`), risk: { id, type, message } };
    }
    case 'milestone': {
      const title = own(definition.milestones, key)?.title ?? key;
      return {
        waits_for: 'milestone',
        summary,
        unblock: step(`milestones/${key}/complete`),
        milestone: { key, title },
      };
    }
    case 'criterion': {
      const text = definition.exit_criteria.find((criterion) => criterion.key === key)?.text ?? key;
      return { waits_for: 'criterion', summary, unblock: step(`criteria/${key}/meet`), criterion: { key, text } };
    }
    case 'rule':
      return { summary, ...brokenRule(about, key, action) };
    case 'graph':
      // Only of a parked run: a job that ended meanwhile has made others ready.
      return { waits_for: 'timer', summary, unblock: [waitFor(action.message)] };
    case 'job':
    case 'broken_graph':
      return { waits_for: 'resume', summary, unblock: [{ ...action, action: action.code, who: commandRoles }] };
  }
}

function brokenRule(about: About, code: string, action: Obstacle['action']): Pick<Wait, 'waits_for' | 'unblock'> {
  const rule = about.stage.definition.contract?.find((each) => each.code === code);
  const { when = '', reason = '', example = null } = rule ?? {};
  return { waits_for: 'rule', unblock: [remedyOf(about, when, action)], ...{ rule: { code, when, reason, example } } };
}

/** By the route through which what the rule speaks of comes in, where it speaks of something that somebody records. */
function remedyOf(about: About, when: string, { code, message }: Obstacle['action']): Remedy {
  if (/\bfacts\b/.test(when)) return asks(code, message, `/pipeline/${about.known.runId}/facts`, factRoles);
  if (/\bresults?\b/.test(when)) return asks(code, message, `${pathOf(about)}/result`, commandRoles);
  return { action: code, message, who: [] };
}

function readyStage(about: About): ReturnType<Candidate> {
  const { definition, isSentBack } = about.stage;
  const how = definition.advance === 'auto' ? ' It goes on by itself with the next facts or trigger.' : '';
  return {
    waits_for: 'command',
    since: about.since.ready,
    ...standing,
    summary:
      isSentBack === true ? sentBack(about) : `Stage "${definition.name}" is ready, and nobody has completed it.${how}`,
    unblock: [asks('complete-stage', 'Complete the stage.', `${pathOf(about)}/complete`, commandRoles)],
  };
}

/** All that can be checked holds as it did before, so that only people know whether it was done again. */
function sentBack({ known, stage: { definition } }: About): string {
  const { actor, detail, reason = null } = lastOf(known, 'gate.decided') ?? {};
  const whose = actor === undefined ? '' : ` by ${actor.type} ${actor.id}`;
  const what = detail?.decision === 'send_back' ? 'sent back' : 'reopened';
  const how = definition.advance === 'auto' ? ', or goes on by itself once something new comes' : '';
  return `Stage "${definition.name}" was ${what}${whose}${because(reason)} It can be completed when that is done${how}.`;
}

function pathOf({ known, stage }: About): string {
  return `/pipeline/${known.runId}/stages/${stage.definition.key}`;
}

function earlier(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
