import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { Choice, Text, Uuid, Whole } from './fields.js';
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

/** One thing wrong with a definition, such as a template. */
@ApiSchema({ name: 'DefinitionProblem' })
export class DefinitionProblemResponse {
  @Text({ max: 100, description: 'For programs: the kind of problem.' })
  readonly code!: string;

  @Text({ min: 0, max: 600, description: 'A JSON pointer into the definition.' })
  readonly path!: string;

  @Text({ min: 0, max: 600, optional: true, description: 'In a graph: the id of the node it is about.' })
  readonly node?: string;

  @Text({ min: 0, max: 600, optional: true, description: 'In a graph: the id of the edge it is about.' })
  readonly edge?: string;

  @Text({ max: 600, description: 'What is wrong.' })
  readonly message!: string;

  @Text({ max: 600, description: 'What to do about it.' })
  readonly hint!: string;

  @Whole({ min: 1, optional: true, description: 'Within an expression: the column where it is wrong, from 1.' })
  readonly column?: number;
}

/** An RFC 9457 problem document. Refusals add fields of their own. */
@ApiExtraModels(InputErrorResponse, DefinitionProblemResponse)
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

  @ApiProperty({
    required: false,
    type: 'array',
    items: { anyOf: [InputErrorResponse, DefinitionProblemResponse].map((each) => ({ $ref: getSchemaPath(each) })) },
    description: 'With the code `invalid-input` or `invalid-template`: everything that is wrong.',
  })
  readonly errors?: readonly (InputErrorResponse | DefinitionProblemResponse)[];
}
