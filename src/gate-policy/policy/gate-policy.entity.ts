import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Actor } from '../../kernel/recorded-event.js';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { GatePolicy } from '../gate-policy.events.js';
import type { GatePolicyRow } from './gate-policy.projection.js';

@Entity('gate_policies')
export class GatePolicyEntity implements GatePolicyRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  tenantId!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('uuid', { nullable: true })
  projectId!: string | null;

  @Column('jsonb')
  policy!: GatePolicy;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('jsonb')
  changedBy!: Actor;

  @Column(timeColumn)
  changedAt!: string;
}
