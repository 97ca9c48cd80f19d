import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../../platform/auth/access.js';
import type { Caller } from '../../kernel/command-context.js';
import { sealOnWire } from '../../platform/event-store/seal-on-wire.js';
import { TimelineReader } from '../../platform/event-store/timeline-reader.js';
import { type PositionRange, Verification } from '../../platform/event-store/verification.js';
import { CallerOf } from '../../platform/http/command-from.js';
import { DescribeRead } from '../../platform/http/describe.js';
import { whole } from '../../platform/http/field-rules.js';
import { invalidInput } from '../../platform/http/invalid-input.js';
import { type Page, PageQuery, pageOf, positionIn } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { AuditKeyResponse, keysOnWire } from './audit-key.response.js';
import { EventProofResponse } from './event-proof.response.js';
import { EventProofs } from './event-proofs.js';
import { SealPageResponse, type SealResponse } from './seal.response.js';
import { SealReader } from './seal-reader.js';
import { VerdictResponse, verdictOnWire } from './verdict.response.js';
import { VerifyRequest } from './verify.request.js';

/** What an auditor needs to check the timeline without taking this service's word for it. */
@ApiTags('Timeline and audit')
@Controller('audit')
export class AuditController {
  constructor(
    private readonly verification: Verification,
    private readonly timeline: TimelineReader,
    private readonly seals: SealReader,
    private readonly proofs: EventProofs,
  ) {}

  /** Tells the public key that this service signs seals with, and the others that ever signed. */
  @Get('key')
  @Allow('auditor')
  @DescribeRead({ summary: 'Read the sealing keys', answer: AuditKeyResponse })
  async key(): Promise<AuditKeyResponse> {
    return keysOnWire(await this.verification.keys());
  }

  /** Lists the seals, oldest first. They span all tenants and tell nothing of them but hashes. */
  @Get('seals')
  @Allow('auditor')
  @DescribeRead({ summary: 'List the seals', answer: SealPageResponse })
  async list(@Query() { limit, after }: PageQuery): Promise<Page<SealResponse>> {
    const [number = 0] = positionIn(after, [whole(1, Number.MAX_SAFE_INTEGER).holds]) ?? [];
    const { items, next } = pageOf(await this.seals.list(Number(number), limit + 1), limit, (seal) => [seal.number]);
    return { items: items.map(sealOnWire), next };
  }

  /** Proves that an event is under its seal. Fails with `event-not-found`, `not-sealed-yet`. */
  @Get('events/:id/proof')
  @Allow('auditor')
  @DescribeRead({
    summary: 'Prove an event',
    answer: EventProofResponse,
    problems: ['event-not-found', 'not-sealed-yet'],
  })
  proof(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<EventProofResponse> {
    return this.proofs.proofOf(tenantId, id);
  }

  /**
   * Recomputes every hash of the sealed timeline, of all tenants, or of the seals over a range of positions, and names the first thing that
   * is not as it was sealed. A range takes time by its own length alone; the whole takes as long as the timeline is.
   */
  @Post('verify')
  @HttpCode(200)
  @Allow('auditor')
  @DescribeRead({
    summary: 'Verify the timeline',
    answer: VerdictResponse,
    problems: ['payload-too-large', 'unsupported-media-type'],
  })
  async verify(@Body() range: VerifyRequest, @CallerOf() { tenantId }: Caller): Promise<VerdictResponse> {
    requireRange(range, await this.timeline.head());
    return verdictOnWire(await this.verification.verify(range), tenantId);
  }
}

function requireRange({ from, to }: PositionRange, head: number): void {
  const bounds = Object.entries({ from, to }).filter(([, position]) => position !== undefined && position > head);
  const detail = `must be at most ${String(head)}, the last position given so far.`;
  if (bounds.length > 0) throw invalidInput(bounds.map(([name]) => ({ pointer: `/${name}`, detail })));
  if (from === undefined || to === undefined || from <= to) return;
  throw invalidInput([{ pointer: '/to', detail: `must be at least ${String(from)}, where the range begins.` }]);
}
