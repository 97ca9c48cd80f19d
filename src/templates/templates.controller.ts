import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { refuse } from '../kernel/domain-error.js';
import { Allow } from '../platform/auth/access.js';
import type { Caller } from '../platform/event-store/command-context.js';
import { CallerOf } from '../platform/http/command-from.js';
import { DescribeRead } from '../platform/http/describe.js';
import { type Page, PageQuery } from '../platform/http/page.js';
import { KeyParam, VersionParam } from '../platform/http/params.js';
import { FindTemplate } from './contract.js';
import { ListTemplates } from './template/list-templates.query.js';
import type { TemplateRow } from './template/template.projection.js';
import { TemplatePageResponse, TemplateResponse, type TemplateSummaryResponse } from './template/template.response.js';

@ApiTags('Templates')
@Controller('templates')
export class TemplatesController {
  constructor(private readonly queries: QueryBus) {}

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
    if (row !== null) return { ...summaryOnWire(row), content: row.content };
    const version = query.version === null ? '' : ` in version ${String(query.version)}`;
    throw refuse(
      'template-not-found',
      `There is no template ${query.key}${version}. GET /templates lists what there is.`,
    );
  }
}

function summaryOnWire({ key, version, name, contentHash, publishedAt }: TemplateRow): TemplateSummaryResponse {
  return { key, version, name, content_hash: contentHash, published_at: publishedAt };
}
