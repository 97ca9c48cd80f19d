import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { DecisionGateEntity } from './decision-gate.entity.js';
import type { DecisionGateRow } from './decision-gate.projection.js';

/** Gates by id, for whoever needs to know which run a gate stops. */
@Injectable()
export class FoundGates {
  constructor(private readonly database: Database) {}

  /** One gate of a tenant. @throws DomainError `gate-not-found` */
  async get(tenantId: string, id: string): Promise<DecisionGateRow> {
    const gate = await this.database.tenant(tenantId, (manager) =>
      manager.findOneBy(DecisionGateEntity, { id, tenantId }),
    );
    if (gate === null) throw refuse('gate-not-found', `There is no gate ${id}.`);
    return gate;
  }
}
