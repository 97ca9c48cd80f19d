import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../platform/database/database.js';
import { FindPolicyLayers, type GatePolicy, type PolicyLayers } from './contract.js';
import { gatePolicyStreamId } from './gate-policy-stream.js';

/** Reads the layers anew each time: a change that was answered holds for every stage that is left after it, in every process. */
@QueryHandler(FindPolicyLayers)
export class FindPolicyLayersHandler implements IQueryHandler<FindPolicyLayers, PolicyLayers> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, projectId }: FindPolicyLayers): Promise<PolicyLayers> {
    const ofTenant = gatePolicyStreamId(tenantId, null);
    const ofProject = projectId === null ? null : gatePolicyStreamId(tenantId, projectId);
    const [row] = await this.database.query<LayersRow>(tenantId, FIND, [tenantId, ofTenant, ofProject, projectId]);
    return {
      global: row?.of_tenant ?? {},
      project: row?.of_project ?? {},
      requireManualReview: row?.require_manual_review ?? false,
    };
  }
}

type LayersRow = Readonly<{
  of_tenant: GatePolicy | null;
  of_project: GatePolicy | null;
  require_manual_review: boolean | null;
}>;

// One statement, so that the layers are those of one moment. Of projects it reads the table and none of the code.
const FIND = {
  name: 'find_policy_layers',
  text: `select
    (select policy from gate_policies where id = $2 and tenant_id = $1) as of_tenant,
    (select policy from gate_policies where id = $3 and tenant_id = $1) as of_project,
    (select require_manual_review from projects where id = $4 and tenant_id = $1) as require_manual_review`,
};
