import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { FindPolicyLayers, type PolicyLayers } from './contract.js';

@QueryHandler(FindPolicyLayers)
export class FindPolicyLayersHandler implements IQueryHandler<FindPolicyLayers, PolicyLayers> {
  execute(_asked: FindPolicyLayers): Promise<PolicyLayers> {
    return Promise.resolve({ global: {}, project: {}, requireManualReview: false });
  }
}
