import { ApiSchema } from '@nestjs/swagger';
import {
  AnyJson,
  AnyValue,
  Choice,
  KeyText,
  Moment,
  NestedList,
  Text,
  Uuid,
  Whole,
} from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

export const nodeStatuses = [
  'pending',
  'scheduled',
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export const nodeTypes = ['trigger', 'agent', 'condition', 'action', 'parallel', 'delay'] as const;
export const edgeResolutions = ['taken', 'not_taken', 'dead'] as const;

@ApiSchema({ name: 'IncomingEdge' })
export class IncomingEdgeResponse {
  @Text({ max: 500 })
  readonly edge!: string;

  @Text({ max: 200, description: 'The node it comes from.' })
  readonly from!: string;

  @Choice(edgeResolutions, {
    description: 'What became of it: taken; not taken, by its condition; or dead, as its source did not complete.',
  })
  readonly resolution!: string;
}

@ApiSchema({ name: 'NodeRun' })
export class NodeRunResponse {
  @Text({ max: 200 })
  readonly node_id!: string;

  @KeyText()
  readonly stage!: string;

  @Choice(nodeTypes)
  readonly type!: string;

  @Text({ max: 200 })
  readonly name!: string;

  @Choice(nodeStatuses, {
    description:
      'A node that has not begun is `pending`, or `cancelled` where the run or its stage ended without it; one that waits for a time or a person is `waiting`.',
  })
  readonly status!: string;

  @AnyJson({
    nullable: true,
    description:
      'What reached it over the edges that were taken: the outputs of their sources, by node. Null before it begins, and where it has more than 65536 characters as JSON: then read the outputs of the nodes in `because`.',
  })
  readonly input!: unknown;

  @AnyValue({ description: 'Null until it completes.' })
  readonly output!: unknown;

  @AnyJson({ nullable: true, description: '`code` and `message` of how it failed.' })
  readonly error!: unknown;

  @AnyJson({ nullable: true, description: '`code` and `message` of why it did not run.' })
  readonly skip_reason!: unknown;

  @NestedList(() => IncomingEdgeResponse, {
    nullable: true,
    max: 100_000,
    description: 'The edges that lead to it, as they were when it was judged; null before.',
  })
  readonly because!: readonly IncomingEdgeResponse[] | null;

  @Whole({ min: 0 })
  readonly retry_count!: number;

  @Moment({ nullable: true, description: 'When a delay is over.' })
  readonly due_at!: string | null;

  @Whole({
    min: 0,
    nullable: true,
    description: 'From its start to its end; null until then, and where it did not run.',
  })
  readonly duration_ms!: number | null;

  @Moment({ nullable: true })
  readonly started_at!: string | null;

  @Moment({ nullable: true, description: 'When it ended, in whichever way.' })
  readonly completed_at!: string | null;

  @Uuid({ nullable: true, description: 'The job that does its work, where it needs a worker.' })
  readonly job_id!: string | null;

  @Whole({
    min: 1,
    nullable: true,
    description: 'The attempt of the graph this is about; null where none has come to it yet.',
  })
  readonly attempt!: number | null;
}

@ApiSchema({ name: 'NodeRunPage' })
export class NodeRunPageResponse extends PageOf(() => NodeRunResponse) {}
