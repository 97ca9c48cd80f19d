import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject } from '../kernel/json.js';
import { Decimal, JsonMap, Nested, NestedList, Text, TextList, Whole } from '../platform/http/fields.js';
import { graphDefaults, graphLimits, MAX_EDGES, MAX_ID_LENGTH, MAX_NODES, type NodeType } from '../work/contract.js';
import { aboutKeys } from './names.policy.js';

const defaultsTo = (name: keyof typeof graphDefaults) => `Defaults to ${String(graphDefaults[name])}.`;

@ApiSchema({ name: 'NodePosition' })
export class NodePositionRequest {
  @Decimal()
  readonly x!: number;

  @Decimal()
  readonly y!: number;
}

@ApiSchema({ name: 'NodeDefinition' })
export class NodeRequest {
  @Text({ max: MAX_ID_LENGTH, description: 'Printable, without blanks around it; unique in the graph.' })
  readonly id!: string;

  @Text({
    max: 50,
    example: 'agent',
    description: 'What it does: trigger, agent, condition, action, parallel or delay.',
  })
  readonly type!: NodeType;

  @Text({ max: 200, description: 'What people read.' })
  readonly name!: string;

  @JsonMap({
    example: { agent_id: 'writer', task: 'Write a summary.' },
    description: 'What its type needs; docs/templates.md says what that is.',
  })
  readonly config!: JsonObject;

  @Nested(() => NodePositionRequest, { optional: true, description: 'Where an editor draws it.' })
  readonly position?: NodePositionRequest;

  @TextList({
    optional: true,
    max: MAX_NODES,
    maxLength: MAX_ID_LENGTH,
    description: 'Shorthand for edges without a condition: the ids of the nodes that follow.',
  })
  readonly next?: readonly string[];
}

@ApiSchema({ name: 'EdgeDefinition' })
export class EdgeRequest {
  @Text({ max: MAX_ID_LENGTH, description: 'Unique in the graph.' })
  readonly id!: string;

  @Text({ max: MAX_ID_LENGTH, description: 'The id of the node it comes from.' })
  readonly from!: string;

  @Text({ max: MAX_ID_LENGTH, description: 'The id of the node it leads to.' })
  readonly to!: string;

  @Text({
    optional: true,
    max: 1000,
    example: 'output.score >= 80',
    description:
      'In CEL, over `output` (what its source made), `input`, `facts` and `nodes.<id>.output` of nodes before it. Without one it is taken whenever its source completes.',
  })
  readonly condition?: string;
}

@ApiSchema({ name: 'GraphDefinition' })
export class GraphRequest {
  @NestedList(() => NodeRequest, { max: MAX_NODES, description: 'At least one of them is a trigger.' })
  readonly nodes!: readonly NodeRequest[];

  @NestedList(() => EdgeRequest, { max: MAX_EDGES, description: 'No path along them leads back to where it began.' })
  readonly edges!: readonly EdgeRequest[];

  @Decimal({
    ...graphLimits.timeout_seconds,
    optional: true,
    description: `Seconds for the whole graph. ${defaultsTo('timeout_seconds')}`,
  })
  readonly timeout_seconds?: number;

  @Whole({
    ...graphLimits.max_retries_per_node,
    optional: true,
    description: `Retries of each node after its first attempt. ${defaultsTo('max_retries_per_node')}`,
  })
  readonly max_retries_per_node?: number;

  @Decimal({
    ...graphLimits.retry_backoff_base,
    optional: true,
    description: `Seconds before the first retry; each later pause is twice as long. ${defaultsTo('retry_backoff_base')}`,
  })
  readonly retry_backoff_base?: number;

  @Decimal({
    ...graphLimits.retry_backoff_max,
    optional: true,
    description: `Seconds that no pause exceeds. ${defaultsTo('retry_backoff_max')}`,
  })
  readonly retry_backoff_max?: number;
}

/** A graph that is a pipeline by itself. It is read by `examinePipeline`. */
@ApiSchema({ name: 'PipelineContent' })
export class PipelineRequest extends GraphRequest {
  @Text({ max: 64, example: 'summarise', description: aboutKeys })
  readonly key!: string;

  @Text({ max: 200, example: 'Summarise', description: 'What people read.' })
  readonly name!: string;
}
