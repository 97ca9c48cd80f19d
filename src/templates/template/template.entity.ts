import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { TemplateContent } from '../template.events.js';
import type { TemplateRow } from './template.projection.js';

@Entity('templates')
export class TemplateEntity implements TemplateRow {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('text')
  id!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('text')
  key!: string;

  @Column('integer')
  version!: number;

  @Column('text')
  name!: string;

  @Column('jsonb')
  content!: TemplateContent;

  @Column('text')
  contentHash!: string;

  @Column(timeColumn)
  publishedAt!: string;
}
