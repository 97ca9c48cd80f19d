import { ApiSchema } from '@nestjs/swagger';
import { Moment, Text, TextList, Uuid } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';
import type { JobProfileRow } from './job-profile.projection.js';

@ApiSchema({ name: 'JobProfile' })
export class JobProfileResponse {
  @Uuid()
  readonly id!: string;

  @Text({ max: 200 })
  readonly title!: string;

  @Text({ max: 100, nullable: true })
  readonly level!: string | null;

  @TextList()
  readonly skills!: readonly string[];

  @Text({ max: 10_000, nullable: true })
  readonly description!: string | null;

  @Moment()
  readonly created_at!: string;
}

@ApiSchema({ name: 'JobProfilePage' })
export class JobProfilePageResponse extends PageOf(() => JobProfileResponse) {}

/** A job profile as it goes over the wire. */
export function jobProfileOnWire(row: JobProfileRow): JobProfileResponse {
  return {
    id: row.id,
    title: row.title,
    level: row.level,
    skills: row.skills,
    description: row.description,
    created_at: row.createdAt,
  };
}
