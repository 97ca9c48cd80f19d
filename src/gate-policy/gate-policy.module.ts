import { Module } from '@nestjs/common';
import { FindPolicyLayersHandler } from './find-policy-layers.query.js';

/** Which stages people have to approve, and on what terms: for a tenant, and for each of its projects. */
@Module({ providers: [FindPolicyLayersHandler] })
export class GatePolicyModule {}
