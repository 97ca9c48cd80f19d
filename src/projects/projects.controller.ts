import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { type Page, PageQuery } from '../platform/http/page.js';
import { IdParam } from '../platform/http/params.js';
import { CreateProject } from './commands/create-project.js';
import { CreateProjectRequest } from './commands/create-project.request.js';
import { GetProject } from './project/get-project.query.js';
import { ListProjects } from './project/list-projects.query.js';
import { ProjectPageResponse, ProjectResponse } from './project/project.response.js';

@ApiTags('Subjects')
@Controller('projects')
export class ProjectsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Creates a project; it stands at no stage until a run is started for it. */
  @Post()
  @Allow('operator')
  @DescribeCommand({ summary: 'Create a project', answer: ProjectResponse, status: 201 })
  create(@Body() request: CreateProjectRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.commands.execute(new CreateProject(request, context));
  }

  /** Lists the projects, oldest first. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the projects', answer: ProjectPageResponse })
  list(@Query() page: PageQuery, @CallerOf() { tenantId }: Caller): Promise<Page<ProjectResponse>> {
    return this.queries.execute(new ListProjects(tenantId, page));
  }

  /** Reads one project with where its latest run stands. Fails with `project-not-found`. */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a project', answer: ProjectResponse, problems: ['project-not-found'] })
  get(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<ProjectResponse> {
    return this.queries.execute(new GetProject(tenantId, id));
  }
}
