import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { JobProfileRow } from './job-profile.projection.js';

@Entity('job_profiles')
export class JobProfileEntity implements JobProfileRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  tenantId!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('text')
  title!: string;

  @Column('text', { nullable: true })
  level!: string | null;

  @Column('jsonb')
  skills!: string[];

  @Column('text', { nullable: true })
  description!: string | null;

  @Column(timeColumn)
  createdAt!: string;
}
