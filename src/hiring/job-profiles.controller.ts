import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { type Page, PageQuery } from '../platform/http/page.js';
import { IdParam } from '../platform/http/params.js';
import { CreateJobProfile } from './commands/create-job-profile.js';
import { CreateJobProfileRequest } from './commands/create-job-profile.request.js';
import { GetJobProfile } from './job-profile/get-job-profile.query.js';
import { JobProfilePageResponse, JobProfileResponse } from './job-profile/job-profile.response.js';
import { ListJobProfiles } from './job-profile/list-job-profiles.query.js';

@ApiTags('Subjects')
@Controller('job-profiles')
export class JobProfilesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Creates a job profile, for candidates to be run for. */
  @Post()
  @Allow('operator')
  @DescribeCommand({ summary: 'Create a job profile', answer: JobProfileResponse, status: 201 })
  create(@Body() request: CreateJobProfileRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.commands.execute(new CreateJobProfile(request, context));
  }

  /** Lists the job profiles, oldest first. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the job profiles', answer: JobProfilePageResponse })
  list(@Query() page: PageQuery, @CallerOf() { tenantId }: Caller): Promise<Page<JobProfileResponse>> {
    return this.queries.execute(new ListJobProfiles(tenantId, page));
  }

  /** Reads one job profile. Fails with `job-profile-not-found`. */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a job profile', answer: JobProfileResponse, problems: ['job-profile-not-found'] })
  get(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<JobProfileResponse> {
    return this.queries.execute(new GetJobProfile(tenantId, id));
  }
}
