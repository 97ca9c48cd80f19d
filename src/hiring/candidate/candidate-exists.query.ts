import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { CandidateExists } from '../contract.js';
import { CandidateEntity } from './candidate.entity.js';

@QueryHandler(CandidateExists)
export class CandidateExistsHandler implements IQueryHandler<CandidateExists, boolean> {
  constructor(private readonly database: Database) {}

  execute({ tenantId, candidateId: id }: CandidateExists): Promise<boolean> {
    return this.database.tenant(tenantId, (manager) => manager.existsBy(CandidateEntity, { id, tenantId }));
  }
}
