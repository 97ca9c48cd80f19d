import { ApiSchema } from '@nestjs/swagger';
import { Flag, Moment, Text, TextList, Uuid } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

@ApiSchema({ name: 'Candidate' })
export class CandidateResponse {
  @Uuid()
  readonly id!: string;

  @Text({ max: 200, nullable: true, description: 'Null once the person was erased, as is all that is personal.' })
  readonly name!: string | null;

  @Text({ nullable: true })
  readonly email!: string | null;

  @Text({ nullable: true })
  readonly phone!: string | null;

  @TextList({ nullable: true, maxLength: 2000 })
  readonly links!: readonly string[] | null;

  @Text({ max: 200, nullable: true })
  readonly external_id!: string | null;

  @Flag({ description: 'Whether the person was erased: what was known of them cannot be read any more.' })
  readonly erased!: boolean;

  @Moment()
  readonly created_at!: string;
}

@ApiSchema({ name: 'CandidatePage' })
export class CandidatePageResponse extends PageOf(() => CandidateResponse) {}
