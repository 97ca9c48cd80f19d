import { ApiSchema } from '@nestjs/swagger';
import type { DomainError } from '../../kernel/domain-error.js';
import { AnyJson, Flag, NestedList, Uuid, Whole } from '../../platform/http/fields.js';
import { problems } from '../../platform/http/problems.js';

@ApiSchema({ name: 'CompletedJob' })
export class CompletedJobResponse {
  @Uuid()
  readonly id!: string;

  @Whole({ min: 1 })
  readonly attempt!: number;

  @Flag({ description: 'Whether the result counts, now or before.' })
  readonly completed!: boolean;

  @AnyJson({
    nullable: true,
    description: 'Why not: `code`, `title`, `status`, `detail` and more, as `POST /jobs/{id}/complete` would say it.',
  })
  readonly problem!: object | null;
}

@ApiSchema({ name: 'CompletedJobs' })
export class CompletedJobsResponse {
  @NestedList(() => CompletedJobResponse, { description: 'In the order in which they were named.' })
  readonly jobs!: readonly CompletedJobResponse[];
}

/** What became of one result. */
export function completedOnWire(
  named: Readonly<{ id: string; attempt: number }>,
  refusal: DomainError | null,
): CompletedJobResponse {
  return { ...named, completed: refusal === null, problem: refusal === null ? null : problemOf(refusal) };
}

function problemOf({ code, message, details }: DomainError): object {
  const { title, status } = problems[code];
  return { ...details, type: `/problems/${code}`, title, status, detail: message, code };
}
