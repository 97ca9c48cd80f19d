import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { RecordedResult, StageConfigRow } from './stage-config.projection.js';

@Entity('stage_configs')
export class StageConfigEntity implements StageConfigRow {
  @PrimaryColumn('uuid')
  runId!: string;

  @PrimaryColumn('text')
  key!: string;

  @Column('uuid')
  tenantId!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('integer')
  number!: number;

  @Column('text')
  name!: string;

  @Column('text')
  state!: StageConfigRow['state'];

  @Column('boolean')
  locked!: boolean;

  @Column('boolean')
  gated!: boolean;

  @Column('jsonb')
  milestones!: StageConfigRow['milestones'];

  @Column('jsonb')
  definition!: StageConfigRow['definition'];

  @Column('integer')
  progressPercent!: number;

  @Column('jsonb')
  exitCriteria!: StageConfigRow['exitCriteria'];

  @Column('jsonb')
  blockingRisks!: StageConfigRow['blockingRisks'];

  @Column('jsonb')
  suggestedFocus!: string[];

  @Column('jsonb', { nullable: true })
  result!: RecordedResult | null;

  @Column({ ...timeColumn, nullable: true })
  enteredAt!: string | null;

  @Column({ ...timeColumn, nullable: true })
  completedAt!: string | null;
}
