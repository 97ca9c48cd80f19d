import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import { Verification } from '../platform/event-store/verification.js';
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
  @DescribeRead({ summary: 'Verify the timeline', answer: VerdictResponse })
  async verify(@Body() _nothing: NoBodyRequest): Promise<VerdictResponse> {
    const { valid, checkedEvents, checkedSeals, finding } = await this.verification.verify();
    return {
      valid,
      checked_events: checkedEvents,
      checked_seals: checkedSeals,
      finding: finding && findingOnWire(finding),
    };
  }
}

function findingOnWire({
  kind,
  position,
  message,
  event,
}: NonNullable<Awaited<ReturnType<Verification['verify']>>['finding']>) {
  const named = event && { id: event.id, stream_id: event.streamId, stream_version: event.streamVersion };
  return { kind, position, message, event: named ?? null };
}
