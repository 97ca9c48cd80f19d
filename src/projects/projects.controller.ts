import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Allow } from '../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { type Page, PageQuery } from '../platform/http/page.js';
import { IdParam } from '../platform/http/params.js';
import { ChangeProject } from './commands/change-project.js';
import { ChangeProjectRequest } from './commands/change-project.request.js';
import { CreateProject } from './commands/create-project.js';
import { CreateProjectRequest } from './commands/create-project.request.js';
import { GetProject } from './project/get-project.query.js';
import { ListProjects } from './project/list-projects.query.js';
import { ChangedProjectResponse, ProjectPageResponse, ProjectResponse } from './project/project.response.js';

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

  /** Reads one project with where its latest run stands. The ETag is the version of the project itself. Fails with `project-not-found`. */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a project', answer: ProjectResponse, problems: ['project-not-found'] })
  async get(
    @IdParam('id') id: string,
    @CallerOf() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectResponse> {
    const project = await this.queries.execute(new GetProject(tenantId, id));
    void reply.header('etag', `"${String(project.version)}"`);
    return project;
  }

  /** Says whether every stage of the project's runs asks for an approval. Fails with `project-not-found`. */
  @Patch(':id')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Change a project',
    description:
      'Approvals that are open stay as they are. As a dry run it shows, in `effects`, what would change for the stages that open runs ' +
      'stand at or have yet to come to.',
    answer: ChangedProjectResponse,
    problems: ['project-not-found'],
  })
  change(
    @IdParam('id') id: string,
    @Body() request: ChangeProjectRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ChangeProject(id, request, context));
  }
}
