import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, NestedList, Text } from './fields.js';

/** The process runs. */
@ApiSchema({ name: 'Health' })
export class HealthResponse {
  @Choice(['live'])
  readonly status!: string;
}

/** One thing that must hold for the service to be of use. */
@ApiSchema({ name: 'ReadinessCheck' })
export class ReadinessCheckResponse {
  @Text({ example: 'database' })
  readonly name!: string;

  @Flag()
  readonly ok!: boolean;
}

/** The service is ready, and why it thinks so. */
@ApiSchema({ name: 'ServiceReadiness' })
export class ReadinessResponse {
  @Choice(['ready'])
  readonly status!: string;

  @NestedList(() => ReadinessCheckResponse)
  readonly checks!: readonly ReadinessCheckResponse[];
}
