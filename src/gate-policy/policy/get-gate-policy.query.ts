import { type IQueryHandler, Query, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { gatePolicyStreamId } from '../gate-policy-stream.js';
import { requireProject } from '../require-project.js';
import { gatePolicyOnWire } from './gate-policy-on-wire.js';
import { GatePolicyEntity } from './gate-policy.entity.js';
import type { GatePolicyResponse } from './gate-policy.response.js';

/** One layer of the policy: of a project, or of the tenant. */
export class GetGatePolicy extends Query<GatePolicyResponse> {
  constructor(
    readonly tenantId: string,
    readonly projectId: string | null,
  ) {
    super();
  }
}

@QueryHandler(GetGatePolicy)
export class GetGatePolicyHandler implements IQueryHandler<GetGatePolicy> {
  constructor(
    private readonly database: Database,
    private readonly queries: QueryBus,
  ) {}

  async execute({ tenantId, projectId }: GetGatePolicy): Promise<GatePolicyResponse> {
    await requireProject(this.queries, tenantId, projectId);
    const id = gatePolicyStreamId(tenantId, projectId);
    const row = await this.database.tenant(tenantId, (manager) =>
      manager.findOneBy(GatePolicyEntity, { id, tenantId }),
    );
    return gatePolicyOnWire(projectId, row);
  }
}
