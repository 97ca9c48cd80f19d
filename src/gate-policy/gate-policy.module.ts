import { Module } from '@nestjs/common';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { PutGatePolicyHandler } from './commands/put-gate-policy.js';
import { FindPolicyLayersHandler } from './find-policy-layers.query.js';
import { gatePolicyStream } from './gate-policy-stream.js';
import { GatePolicyController } from './gate-policy.controller.js';
import { FindOpenApprovalsHandler } from './policy/find-open-approvals.query.js';
import { GetGatePolicyHandler } from './policy/get-gate-policy.query.js';
import { UnmatchedRules } from './policy/unmatched-rules.js';
import { Voters } from './policy/voters.js';

/** Which stages people have to approve, and on what terms: for a tenant, and for each of its projects. */
@Module({
  controllers: [GatePolicyController],
  providers: [
    FindOpenApprovalsHandler,
    FindPolicyLayersHandler,
    GetGatePolicyHandler,
    PutGatePolicyHandler,
    UnmatchedRules,
    Voters,
  ],
})
export class GatePolicyModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(gatePolicyStream));
  }
}
