import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { refuse } from '../kernel/domain-error.js';
import { Allow } from '../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { NoQuery } from '../platform/http/no-query.request.js';
import { type Page, PageQuery } from '../platform/http/page.js';
import { KeyParam, VersionParam } from '../platform/http/params.js';
import { PublishTemplateContent } from './commands/publish-template.js';
import { FindTemplate } from './contract.js';
import { invalidTemplate } from './template.decider.js';
import { TemplateContentRequest } from './template.request.js';
import { examineTemplate } from './template-examination.js';
import { ListTemplates } from './template/list-templates.query.js';
import type { TemplateRow } from './template/template.projection.js';
import {
  ExaminationResponse,
  TemplatePageResponse,
  TemplateResponse,
  type TemplateSummaryResponse,
} from './template/template.response.js';
import { summaryOnWire, templateOnWire } from './template/template-on-wire.js';

@ApiTags('Templates')
@Controller('templates')
export class TemplatesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /**
   * Publishes a template as the next version of its key. The same content as the latest version's is that version, with 200. Runs that are
   * under way keep theirs. Fails with `invalid-template` (`errors`), which names everything that is wrong.
   */
  @Post()
  @Allow('operator')
  @ApiBody({ type: TemplateContentRequest })
  @DescribeCommand({
    summary: 'Publish a template',
    answer: TemplateResponse,
    status: 201,
    orOk: true,
    problems: ['invalid-template'],
  })
  publish(@Body() sent: unknown, @CommandFrom() context: CommandContext): Promise<Outcome> {
    const { content, errors } = examineTemplate(sent);
    if (errors.length > 0) throw invalidTemplate(errors);
    return this.commands.execute(new PublishTemplateContent(content, context));
  }

  /** Says what is wrong with a template, and what is odd, without publishing it. */
  @Post('validate')
  @HttpCode(200)
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @ApiBody({ type: TemplateContentRequest })
  @DescribeRead({
    summary: 'Validate a template',
    answer: ExaminationResponse,
    problems: ['payload-too-large', 'unsupported-media-type'],
  })
  validate(@Body() sent: unknown, @Query() _query: NoQuery): ExaminationResponse {
    const { errors, warnings } = examineTemplate(sent);
    return { valid: errors.length === 0, errors, warnings };
  }

  /** Lists the latest version of each template, by key. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the templates', answer: TemplatePageResponse })
  async list(@Query() page: PageQuery, @CallerOf() { tenantId }: Caller): Promise<Page<TemplateSummaryResponse>> {
    const { items, next } = await this.queries.execute(new ListTemplates(tenantId, page));
    return { items: items.map(summaryOnWire), next };
  }

  /** Reads the latest version of a template. Fails with `template-not-found`. */
  @Get(':key')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a template', answer: TemplateResponse, problems: ['template-not-found'] })
  latest(@KeyParam('key') key: string, @CallerOf() { tenantId }: Caller): Promise<TemplateResponse> {
    return this.find(new FindTemplate(tenantId, key, null));
  }

  /** Reads one version of a template; it never changes. Fails with `template-not-found`. */
  @Get(':key/versions/:version')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a version of a template', answer: TemplateResponse, problems: ['template-not-found'] })
  version(
    @KeyParam('key') key: string,
    @VersionParam('version') version: number,
    @CallerOf() { tenantId }: Caller,
  ): Promise<TemplateResponse> {
    return this.find(new FindTemplate(tenantId, key, version));
  }

  private async find(query: FindTemplate): Promise<TemplateResponse> {
    const row = await this.queries.execute<FindTemplate, TemplateRow | null>(query);
    if (row !== null) return templateOnWire(row);
    const version = query.version === null ? '' : ` in version ${String(query.version)}`;
    throw refuse(
      'template-not-found',
      `There is no template ${query.key}${version}. GET /templates lists what there is.`,
    );
  }
}
