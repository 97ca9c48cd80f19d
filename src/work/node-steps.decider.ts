/** How a node begins: skipped, done at once where it needs no worker, waiting for a time, or queued for a worker. */
import { addSeconds } from '../kernel/instant.js';
import type { JsonObject, JsonValue } from '../kernel/json.js';
import { own } from '../kernel/json-values.js';
import { handedOn, incomingOf, inputOf, textIn } from './graph-values.policy.js';
import type { Incoming, NodeError, NodeEvent, NodeType, SkipReason } from './graph.events.js';
import { type AtHand, type WorkEvent, told, valuesFor } from './node-at-hand.policy.js';
import { completed, failed, skipped, unanswered } from './node-ends.decider.js';
import { queued } from './node-jobs.decider.js';
import { lengthOf } from './output-limits.policy.js';

/** What follows `started`; `input` is what reached the node, by the node it came from. */
type Deed = (at: AtHand, input: JsonObject) => readonly WorkEvent[];
type Step = (at: AtHand, input: JsonObject, because: readonly Incoming[]) => readonly WorkEvent[];

/** Judges a node whose incoming edges are all resolved. */
export function begin(at: AtHand): readonly WorkEvent[] {
  const because = incomingOf(at.graph, at.index, at.place);
  const reason = skipReason(at);
  if (reason !== null) return [skipped(at, because, reason)];
  return steps[at.node.type](at, inputOf(at.graph, at.index, because), because);
}

/** A delay is over: what reached the node goes on. */
export function delayOver(at: AtHand): NodeEvent {
  return completed(at, handedOn(inputOf(at.graph, at.index, incomingOf(at.graph, at.index, at.place))));
}

function skipReason({ node, state }: AtHand): SkipReason | null {
  if (node.type === 'trigger') return null;
  if (state.isUpstreamFailed === true)
    return { code: 'upstream-failed', message: 'A node before it failed, so it does not run.' };
  return state.taken > 0 ? null : { code: 'no-edge-taken', message: 'No edge that leads to it was taken.' };
}

const handOn: Deed = (at, input) => [completed(at, handedOn(input))];

const judge: Deed = (at, input) => {
  const expression = textIn(at.node.config, 'expression');
  const answer = at.about.evaluate.condition(expression, valuesFor(at, expression, handedOn(input)));
  if ('holds' in answer) return [completed(at, { result: answer.holds })];
  return [failed(at, unanswered('condition-failed', '', answer))];
};

const wait: Deed = (at, input) => {
  const seconds = Number(at.node.config['seconds']);
  if (seconds === 0) return handOn(at, input);
  const due_at = addSeconds(at.about.now, seconds);
  return [told(at, 'pipeline_node.waiting', { for: 'timer', due_at, message: null })];
};

const set: Deed = (at, input) => {
  const made = madeBy(at, input, 'values');
  return ['values' in made ? completed(at, made.values) : failed(at, made)];
};

const emit: Deed = (at, input) => {
  const made = madeBy(at, input, 'facts');
  if (!('values' in made)) return [failed(at, made)];
  const { facts: known, maxFactsLength } = at.about;
  if (lengthOf({ ...known, ...made.values }) > maxFactsLength) {
    const message = `A run keeps ${String(maxFactsLength)} characters of facts, as JSON.`;
    return [failed(at, { code: 'facts-refused', message })];
  }
  const recorded = { facts: made.values, trigger: `node:${at.node.id}` };
  return [{ type: 'facts.recorded', detail: recorded }, completed(at, made.values)];
};

/** An expression for each name, in its config under `field`. */
function madeBy(
  at: AtHand,
  input: JsonObject,
  field: 'values' | 'facts',
): Readonly<{ values: JsonObject }> | NodeError {
  const expressions = Object.entries((at.node.config[field] ?? {}) as Readonly<Record<string, string>>);
  const output = handedOn(input);
  const made: [string, JsonValue][] = [];
  for (const [name, expression] of expressions) {
    const answer = at.about.evaluate.value(expression, valuesFor(at, expression, output));
    if ('failure' in answer) return unanswered('expression-failed', `${name}: `, answer);
    made.push([name, answer.value]);
  }
  return { values: Object.fromEntries(made) };
}

/** The actions that need no worker; every other one does. */
const deeds: Readonly<Record<string, Deed>> = { noop: handOn, set, emit };

const steps: Readonly<Record<NodeType, Step>> = {
  trigger: atOnce((at) => [completed(at, at.about.input)]),
  parallel: atOnce(handOn),
  condition: atOnce(judge),
  delay: atOnce(wait),
  action: (at, input, because) => {
    const deed = own(deeds, textIn(at.node.config, 'action'));
    return deed === undefined ? queued(at, input, because) : atOnce(deed)(at, input, because);
  },
  agent: queued,
};

/** Begun by the run itself, in the command that judged it. */
function atOnce(deed: Deed): Step {
  return (at, input, because) => {
    const detail = { job_id: null, started_at: at.about.now, times_out_at: null, because };
    return [told(at, 'pipeline_node.started', detail), ...deed(at, input)];
  };
}
