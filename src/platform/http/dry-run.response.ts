import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, AnyJsonList } from './fields.js';

/** What a command would do. Nothing of it is stored. */
@ApiSchema({ name: 'DryRun' })
export class DryRunResponse {
  @AnyJsonList({ description: 'The events it would lead to.' })
  readonly events!: readonly object[];

  @AnyJson({ optional: true, description: 'The run as it would then be.' })
  readonly run?: object;

  @AnyJson({ optional: true, description: 'The project as it would then be, where the command creates one.' })
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

  @AnyJson({ optional: true, description: 'The jobs as they would then be, where the command queues many.' })
  readonly batch?: object;
}
