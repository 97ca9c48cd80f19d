/** Templates of one stage that completes by itself once its graph is through: so many nodes, the trigger among them. */
const nodes = {
  noop: (id) => ({ id, type: 'action', name: id, config: { action: 'noop' } }),
  agent: (id) => ({ id, type: 'agent', name: id, config: { agent_id: AGENT, task: 'Nothing.' } }),
};

/** Which edges lead to the node of this place: from the one before it, or from the trigger. */
const sources = { chain: (place) => place - 1, fan: () => 0 };

/** The handler of every agent. */
export const AGENT = 'bench-agent';

/** `shape` is `chain` or `fan`, `kind` is `noop` or `agent`. */
export function templateOf(shape, nodeCount, kind) {
  const idOf = (place) => (place === 0 ? 'trigger' : `n${place}`);
  const places = Array.from({ length: nodeCount - 1 }, (_, index) => index + 1);
  const graph = {
    nodes: [
      { id: 'trigger', type: 'trigger', name: 'Trigger', config: {} },
      ...places.map((place) => nodes[kind](idOf(place))),
    ],
    edges: places.map((place) => ({ id: `e${place}`, from: idOf(sources[shape](place)), to: idOf(place) })),
  };
  const stage = {
    key: 'work',
    name: 'Work',
    auto_start: true,
    advance: 'auto',
    milestones: {},
    exit_criteria: [],
    graph,
  };
  return { key: `${shape}-${nodeCount}`, version: 1, contentHash: '0'.repeat(64), name: shape, stages: [stage] };
}
