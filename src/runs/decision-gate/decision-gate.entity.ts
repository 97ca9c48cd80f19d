import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Actor } from '../../kernel/recorded-event.js';
import { bigintColumn, timeColumn } from '../../platform/database/column-types.js';
import type { Decision, GateRule, GateType } from '../../templates/contract.js';
import type { Evidence } from '../run.events.js';
import type { DecisionGateRow, DelegationView, VoteView } from './decision-gate.projection.js';

@Entity('decision_gates')
export class DecisionGateEntity implements DecisionGateRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  tenantId!: string;

  @Column(bigintColumn)
  streamVersion!: number;

  @Column('uuid')
  runId!: string;

  @Column('text')
  stage!: string;

  @Column('integer')
  stageNumber!: number;

  @Column('text')
  gateType!: GateType;

  @Column('text')
  status!: DecisionGateRow['status'];

  @Column('jsonb')
  options!: Decision[];

  @Column('jsonb')
  allowedDeciders!: string[];

  @Column('jsonb')
  reasonRequiredFor!: Decision[];

  @Column('text', { nullable: true })
  decision!: Decision | null;

  @Column('jsonb', { nullable: true })
  decidedByActor!: Actor | null;

  @Column({ ...timeColumn, nullable: true })
  decidedAt!: string | null;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('jsonb', { nullable: true })
  context!: DecisionGateRow['context'];

  @Column('jsonb')
  evidence!: Evidence;

  @Column('jsonb', { nullable: true })
  rules!: GateRule[] | null;

  @Column('jsonb', { nullable: true })
  ruleFailure!: DecisionGateRow['ruleFailure'];

  @Column('jsonb')
  votes!: VoteView[];

  @Column('integer', { nullable: true })
  quorum!: number | null;

  @Column('jsonb', { nullable: true })
  excluded!: string[] | null;

  @Column('jsonb', { nullable: true })
  escalateTo!: string[] | null;

  @Column('jsonb', { nullable: true })
  policy!: DecisionGateRow['policy'];

  @Column('jsonb', { nullable: true })
  delegations!: DelegationView[] | null;

  @Column({ ...timeColumn, nullable: true })
  expiresAt!: string | null;

  @Column({ ...timeColumn, nullable: true })
  remindAt!: string | null;

  @Column({ ...timeColumn, nullable: true })
  remindedAt!: string | null;

  @Column(timeColumn)
  createdAt!: string;
}
