/** The built-in template as it is published, as far as a copy of it needs. */
export type Published = Readonly<{ content: Readonly<{ key: string; name: string; stages: readonly Stage[] }> }>;
type Stage = Readonly<{ key: string; graph?: Readonly<{ nodes: readonly Node[] }> }>;
type Node = Readonly<{ id: string; type: string; config: Readonly<Record<string, unknown>> }>;

/** A copy of the template whose agents are this story's own: the robot of the story does nobody else's work. */
export function ownDelivery({ content }: Published, mark: string): object {
  return { ...content, key: `delivery-${mark}`, stages: content.stages.map((stage) => withOwnAgents(stage, mark)) };
}

function withOwnAgents(stage: Stage, mark: string): Stage {
  if (stage.graph === undefined) return stage;
  const nodes = stage.graph.nodes.map((node) => (node.type === 'agent' ? withOwnAgent(node, mark) : node));
  return { ...stage, graph: { ...stage.graph, nodes } };
}

function withOwnAgent(node: Node, mark: string): Node {
  return { ...node, config: { ...node.config, agent_id: `${String(node.config['agent_id'])}-${mark}` } };
}
