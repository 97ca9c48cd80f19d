import { ApiSchema } from '@nestjs/swagger';
import { Choice, NestedList, Text, Uuid, Whole } from './fields.js';
import { errorCodes } from './problems.js';

/** One thing wrong with a request. */
@ApiSchema({ name: 'InputError' })
export class InputErrorResponse {
  @Text({ min: 0, description: 'A JSON pointer into the body; with `in`, `/name` of the parameter or header.' })
  readonly pointer!: string;

  @Text({ description: 'What is expected there.' })
  readonly detail!: string;

  @Choice(['query', 'path', 'header'], { optional: true, description: 'Where it stands, if not in the body.' })
  readonly in?: string;
}

/** An RFC 9457 problem document. Refusals add fields of their own. */
@ApiSchema({ name: 'Problem' })
export class ProblemResponse {
  @Text({ example: '/problems/invalid-input', description: 'The page about this kind of problem.' })
  readonly type!: string;

  @Text()
  readonly title!: string;

  @Whole({ min: 400, max: 599 })
  readonly status!: number;

  @Text({ max: 10_000 })
  readonly detail!: string;

  @Text({ max: 10_000, description: 'The path that was called.' })
  readonly instance!: string;

  @Choice(errorCodes)
  readonly code!: string;

  @Uuid()
  readonly correlation_id!: string;

  @NestedList(() => InputErrorResponse, { optional: true, description: 'With the code `invalid-input`.' })
  readonly errors?: readonly InputErrorResponse[];
}
