import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { type Page, PageQuery } from '../platform/http/page.js';
import { IdParam } from '../platform/http/params.js';
import { RegisterCandidate } from './commands/register-candidate.js';
import { RegisterCandidateRequest } from './commands/register-candidate.request.js';
import { GetCandidate } from './candidate/get-candidate.query.js';
import { CandidatePageResponse, CandidateResponse } from './candidate/candidate.response.js';
import { ListCandidates } from './candidate/list-candidates.query.js';

@ApiTags('Subjects')
@Controller('candidates')
export class CandidatesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Registers a candidate; what is personal is stored encrypted with a key of this candidate alone. */
  @Post()
  @Allow('operator')
  @DescribeCommand({ summary: 'Register a candidate', answer: CandidateResponse, status: 201 })
  register(@Body() request: RegisterCandidateRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.commands.execute(new RegisterCandidate(request, context));
  }

  /** Lists the candidates, oldest first. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the candidates', answer: CandidatePageResponse })
  list(@Query() page: PageQuery, @CallerOf() { tenantId }: Caller): Promise<Page<CandidateResponse>> {
    return this.queries.execute(new ListCandidates(tenantId, page));
  }

  /** Reads one candidate. Fails with `candidate-not-found`. */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a candidate', answer: CandidateResponse, problems: ['candidate-not-found'] })
  get(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<CandidateResponse> {
    return this.queries.execute(new GetCandidate(tenantId, id));
  }
}
