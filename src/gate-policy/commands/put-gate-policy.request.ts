import { ApiSchema } from '@nestjs/swagger';
import { NestedMap, Text } from '../../platform/http/fields.js';
import type { GatePolicy } from '../gate-policy.events.js';
import { ApprovalRuleRequest } from '../policy/approval-rule.request.js';

@ApiSchema({ name: 'GatePolicyChange' })
export class PutGatePolicyRequest {
  @NestedMap(() => ApprovalRuleRequest, {
    max: 200,
    description:
      'The whole layer as it is to be: rules by `<template>/<stage>`, `<stage>` or `*`. Of a field, the closest rule that speaks of it has the word.',
    example: { '*': { quorum: 2 }, 'delivery/3_build': { require_approval: true, approvers: ['approver'] } },
  })
  readonly policy!: GatePolicy;

  @Text({ optional: true, max: 2000, description: 'Why; it stays in the timeline.' })
  readonly reason?: string;
}
