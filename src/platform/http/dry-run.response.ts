import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, AnyJsonList } from './fields.js';

/** What a command would do. Nothing of it is stored. */
@ApiSchema({ name: 'DryRun' })
export class DryRunResponse {
  @AnyJsonList({ description: 'The events it would lead to.' })
  readonly events!: readonly object[];

  @AnyJson({ optional: true, description: 'The run as it would then be.' })
  readonly run?: object;

  @AnyJson({ optional: true, description: 'The project as it would then be, where the command is about one.' })
  readonly project?: object;

  @AnyJson({
    optional: true,
    description: 'The template version as it would then be, where the command publishes one.',
  })
  readonly template?: object;
  @AnyJson({ optional: true, description: 'The job profile as it would then be, where the command creates one.' })
  readonly job_profile?: object;

  @AnyJson({ optional: true, description: 'The candidate as it would then be, where the command registers one.' })
  readonly candidate?: object;

  @AnyJson({ optional: true, description: 'The gate as it would then be, where the command is a decision.' })
  readonly gate?: object;

  @AnyJson({ optional: true, description: 'The job as it would then be, where the command is about one.' })
  readonly job?: object;

  @AnyJson({ optional: true, description: 'The layer of the approval policy as it would then be.' })
  readonly gate_policy?: object;

  @AnyJson({
    optional: true,
    description:
      'What a change of the approval policy would come to: `open_runs`, `affected_runs`, `stages` by effect, and `items`, at most 100: ' +
      'each stage with its `effect` (`newly_required`, `no_longer_required`, `other_terms`), and what holds `before` and `after`.',
  })
  readonly effects?: object;
  @AnyJson({
    optional: true,
    description: 'The webhook as it would then be, where the command sets one up or changes it.',
  })
  readonly webhook?: object;
  @AnyJson({ optional: true, description: 'The jobs as they would then be, where the command queues many.' })
  readonly batch?: object;
}
