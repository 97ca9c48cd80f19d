import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import type { Caller } from '../platform/event-store/command-context.js';
import { type Finding, Verification } from '../platform/event-store/verification.js';
import { CallerOf } from '../platform/http/command-from.js';
import { DescribeRead } from '../platform/http/describe.js';
import { NoBodyRequest } from '../platform/http/no-body.request.js';
import { VerdictResponse } from './verdict.response.js';

@ApiTags('Timeline and audit')
@Controller('audit')
export class AuditController {
  constructor(private readonly verification: Verification) {}

  /** Recomputes every hash of the sealed timeline, of all tenants, and names the first thing that is not as it was sealed. */
  @Post('verify')
  @HttpCode(200)
  @Allow('auditor')
  @DescribeRead({
    summary: 'Verify the timeline',
    answer: VerdictResponse,
    problems: ['payload-too-large', 'unsupported-media-type'],
  })
  async verify(@Body() _nothing: NoBodyRequest, @CallerOf() { tenantId }: Caller): Promise<VerdictResponse> {
    const { valid, checkedEvents, checkedSeals, finding } = await this.verification.verify();
    return {
      valid,
      checked_events: checkedEvents,
      checked_seals: checkedSeals,
      finding: finding && findingOnWire(finding, tenantId),
    };
  }
}

/** Another tenant's event is not named, only that there is something wrong at its position. */
function findingOnWire({ kind, position, message, event }: Finding, tenantId: string) {
  if (event === undefined) return { kind, position, message, event: null };
  if (event.tenantId !== tenantId)
    return { kind, position, message: 'The event at this position is not as it was sealed.', event: null };
  return {
    kind,
    position,
    message,
    event: { id: event.id, stream_id: event.streamId, stream_version: event.streamVersion },
  };
}
