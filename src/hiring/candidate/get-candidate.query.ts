import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { PersonKeys } from '../../platform/personal-data/person-keys.js';
import { candidateOnWire } from './candidate-on-wire.js';
import { CandidateEntity } from './candidate.entity.js';
import type { CandidateResponse } from './candidate.response.js';

/** One candidate. */
export class GetCandidate extends Query<CandidateResponse> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetCandidate)
export class GetCandidateHandler implements IQueryHandler<GetCandidate> {
  constructor(
    private readonly database: Database,
    private readonly keys: PersonKeys,
  ) {}

  async execute({ tenantId, id }: GetCandidate): Promise<CandidateResponse> {
    const row = await this.database.tenant(tenantId, (manager) => manager.findOneBy(CandidateEntity, { id, tenantId }));
    if (row === null) throw refuse('candidate-not-found', `There is no candidate ${id}.`);
    return candidateOnWire(row, await this.keys.find(tenantId, [id]));
  }
}
