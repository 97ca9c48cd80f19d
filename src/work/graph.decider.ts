/**
 * How a graph runs: from how far it has come, to the events of the next steps. Pure; ids, times and chance come with the command.
 *
 *   advance   judges what is ready, in the order in which it became so (node-steps). At most so many nodes a command, of so many steps and
 *             characters: then it says when it goes on, and a timer sees to it
 *   settle    what an event of a job means for its node (node-jobs)
 *   wake      what is due: delays and time limits
 *   cut off   ends what is live, when the run ends or its stage is completed without it
 *
 * What each step leads to is folded before the next one is taken.
 */
import { STEPS_ENOUGH } from '../kernel/expression.js';
import { itemAt, itemsOf } from '../kernel/vector.js';
import { graphIndex } from './graph-index.policy.js';
import { type GraphState, type NodeState, evolveGraph, hasReady, isLive } from './graph-state.decider.js';
import { incomingOf } from './graph-values.policy.js';
import type { JobEvent } from './job.events.js';
import { type AtHand, type GraphSurroundings, type WorkEvent, nodeAt, told } from './node-at-hand.policy.js';
import { cutOff, settled, timedOut } from './node-jobs.decider.js';
import { begin, delayOver } from './node-steps.decider.js';
import { lengthOf } from './output-limits.policy.js';

/** Nodes that one command begins, or that time ends in it: enough to be cheap, few enough to keep others waiting for milliseconds. */
const NODES_A_COMMAND = 200;

/** What a node takes besides its expressions, in their steps; and characters of what it makes or its job is given, for a step. */
const STEPS_A_NODE = 500;
const CHARACTERS_A_STEP = 16;

type Step = (at: AtHand) => readonly WorkEvent[];

/** Goes on with what is ready. */
export function advanceGraph(graph: GraphState, about: GraphSurroundings): readonly WorkEvent[] {
  const walk = newWalk(graph, about);
  for (let begun = 0; hasReady(walk.graph); begun += 1) {
    const place = nextReady(walk);
    if (begun === NODES_A_COMMAND || isEnough(walk)) {
      take(walk, place, goOnLater);
      break;
    }
    goOn(walk, place, begin);
  }
  return walk.events;
}

/** Whether a graph left what is ready to a later command. */
export function isPutOff(event: Readonly<{ type: string; detail: object }>): boolean {
  return event.type === 'pipeline_node.scheduled' && 'job_id' in event.detail && event.detail.job_id === null;
}

/** What the events of its job mean for a node. They come first in the answer. */
export function settleNode(
  graph: GraphState,
  about: GraphSurroundings,
  node: string,
  jobEvents: readonly JobEvent[],
): readonly WorkEvent[] {
  const walk = newWalk(graph, about);
  const place = graphIndex(about.definition).placeOf.get(node);
  if (place === undefined) throw new Error(`The graph has no node ${node}, though it has a job.`);
  for (const event of jobEvents) take(walk, place, (at) => settled(at, event));
  return walk.events;
}

/** What is due by now, each once however long ago it was due; what is too much for one command stays due. */
export function wakeGraph(graph: GraphState, about: GraphSurroundings): readonly WorkEvent[] {
  const walk = newWalk(graph, about);
  const due = placesOf(graph, (node) => isOver(node, about.now));
  for (const place of due.slice(0, NODES_A_COMMAND)) {
    if (isEnough(walk)) break;
    goOn(walk, place, (at) => (at.node.type === 'delay' ? [delayOver(at)] : timedOut(at)));
  }
  return walk.events;
}

/** Ends everything that is live. */
export function cutOffGraph(graph: GraphState, about: GraphSurroundings, reason: string): readonly WorkEvent[] {
  const walk = newWalk(graph, about);
  for (const place of placesOf(graph, isLive)) take(walk, place, (at) => cutOff(at, reason));
  return walk.events;
}

/** Events so far, and the graph and its surroundings as these leave them. `madeLength`: characters of what nodes made and were given, as JSON. */
type Walk = { graph: GraphState; about: GraphSurroundings; madeLength: number; readonly events: WorkEvent[] };

function newWalk(graph: GraphState, about: GraphSurroundings): Walk {
  return { graph, about, madeLength: 0, events: [] };
}

/** Whether the command has done so much, here or in an earlier stage, that what can wait for the next one does. */
function isEnough({ about }: Walk): boolean {
  return about.evaluate.stepCount() >= STEPS_ENOUGH;
}

/** One step of one node that could have waited for a later command. */
function goOn(walk: Walk, place: number, step: Step): void {
  const before = walk.madeLength;
  take(walk, place, step);
  walk.about.evaluate.spend(STEPS_A_NODE + (walk.madeLength - before) / CHARACTERS_A_STEP);
}

/** One step of one node, which is judged by itself: what others before it took is not counted against it. */
function take(walk: Walk, place: number, step: Step): void {
  const own = { ...walk.about, evaluate: walk.about.evaluate.apart() };
  const before = walk.graph.outputLength;
  for (const event of step(nodeAt(walk.graph, own, place))) {
    walk.events.push(event);
    const { about } = walk;
    if (event.type === 'facts.recorded') walk.about = { ...about, facts: { ...about.facts, ...event.detail.facts } };
    else walk.graph = evolveGraph(walk.graph, event, about.definition);
    if (event.type !== 'job.queued') continue;
    walk.about = { ...about, idsUsed: about.idsUsed + 1 };
    walk.madeLength += lengthOf(event.detail.payload);
  }
  walk.madeLength += walk.graph.outputLength - before;
}

function nextReady({ graph: { ready, begunCount } }: Walk): number {
  return itemAt(ready, begunCount);
}

/** Enough for one command: the next node says from when on there may be another. */
function goOnLater(at: AtHand): readonly WorkEvent[] {
  const because = incomingOf(at.graph, at.index, at.place);
  return [told(at, 'pipeline_node.scheduled', { job_id: null, due_at: at.about.now, because })];
}

function isOver(node: NodeState, now: string): boolean {
  if (!isLive(node)) return false;
  const { dueAt, timesOutAt } = node;
  return (typeof dueAt === 'string' && dueAt <= now) || (typeof timesOutAt === 'string' && timesOutAt <= now);
}

function placesOf(graph: GraphState, isMeant: (node: NodeState) => boolean): readonly number[] {
  return itemsOf(graph.nodes).flatMap((node, place) => (isMeant(node) ? [place] : []));
}
