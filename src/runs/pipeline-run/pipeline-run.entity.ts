import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../kernel/json.js';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { Subject } from '../run.events.js';
import type { PipelineRunRow } from './pipeline-run.projection.js';

@Entity('pipeline_runs')
export class PipelineRunEntity implements PipelineRunRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  tenantId!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('text')
  templateKey!: string;

  @Column('integer')
  templateVersion!: number;

  @Column('text')
  templateHash!: string;

  @Column('text')
  templateName!: string;

  @Column('text')
  subjectType!: PipelineRunRow['subjectType'];

  @Column('uuid', { nullable: true })
  projectId!: string | null;

  @Column('uuid', { nullable: true })
  candidateId!: string | null;

  @Column('uuid', { nullable: true })
  jobProfileId!: string | null;

  @Column('jsonb')
  subject!: Subject;

  @Column('jsonb')
  input!: JsonObject;

  @Column('text')
  status!: PipelineRunRow['status'];

  @Column('text', { nullable: true })
  waitingOn!: PipelineRunRow['waitingOn'];

  /** Null in rows that a process from before this column writes. */
  @Column('jsonb', { nullable: true })
  waits!: PipelineRunRow['waits'];

  @Column('text', { nullable: true })
  currentStage!: string | null;

  @Column('integer', { nullable: true })
  stageNumber!: number | null;

  @Column({ ...timeColumn, nullable: true })
  stageEnteredAt!: string | null;

  @Column('jsonb')
  stages!: string[];

  @Column('jsonb')
  stageProgress!: PipelineRunRow['stageProgress'];

  @Column('jsonb')
  stagePercents!: PipelineRunRow['stagePercents'];

  @Column('jsonb')
  lockedStages!: string[];

  @Column('integer')
  progressPercent!: number;

  @Column('uuid', { nullable: true })
  openGateId!: string | null;

  @Column('text', { nullable: true })
  outcome!: string | null;

  @Column(timeColumn)
  createdAt!: string;

  @Column(timeColumn)
  updatedAt!: string;
}
