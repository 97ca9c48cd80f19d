import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Encrypted } from '../../kernel/encrypted.js';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { CandidateRow } from './candidate.projection.js';

@Entity('candidates')
export class CandidateEntity implements CandidateRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  tenantId!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('jsonb')
  name!: Encrypted;

  @Column('jsonb', { nullable: true })
  email!: Encrypted | null;

  @Column('jsonb', { nullable: true })
  phone!: Encrypted | null;

  @Column('jsonb', { nullable: true })
  links!: Encrypted | null;

  @Column('text', { nullable: true })
  externalId!: string | null;

  @Column(timeColumn)
  createdAt!: string;
}
