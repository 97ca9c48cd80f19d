import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow } from '../../platform/auth/access.js';
import type { Caller } from '../../kernel/command-context.js';
import { CallerOf } from '../../platform/http/command-from.js';
import { DescribeRead } from '../../platform/http/describe.js';
import { invalidInput } from '../../platform/http/invalid-input.js';
import type { ExportScope } from './export-format.js';
import { ExportQuery } from './export.request.js';
import { TimelineExport } from './timeline-export.js';

const JSON_LINES = 'application/jsonl';

@ApiTags('Timeline and audit')
@Controller('audit/export')
export class ExportController {
  constructor(private readonly timeline: TimelineExport) {}

  /**
   * Writes what is sealed as a file that holds its own proofs: with the public key alone, `stageline verify` checks it offline. Everything
   * of the tenant, or one run, or what was recorded in a period. A file whose last line is missing broke off. Fails with `run-not-found`.
   */
  @Get()
  @Allow('auditor')
  @DescribeRead({ summary: 'Export the timeline', produces: JSON_LINES, problems: ['run-not-found'] })
  async send(
    @Query() query: ExportQuery,
    @CallerOf() { tenantId }: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const text = await this.timeline.open(tenantId, scopeIn(query));
    void reply.header('content-type', JSON_LINES);
    void reply.header('content-disposition', 'attachment; filename="timeline.jsonl"');
    await reply.send(request.method === 'HEAD' ? '' : Readable.from(text));
  }
}

function scopeIn({ run_id: runId, from, to }: ExportQuery): ExportScope {
  if (runId !== undefined && (from ?? to) !== undefined) {
    const detail = 'cannot be given together with from or to: a run is exported whole.';
    throw invalidInput([{ pointer: '/run_id', in: 'query', detail }]);
  }
  if (from !== undefined && to !== undefined && from >= to)
    throw invalidInput([{ pointer: '/to', in: 'query', detail: 'must be later than from.' }]);
  return { run_id: runId ?? null, from: from ?? null, to: to ?? null };
}
