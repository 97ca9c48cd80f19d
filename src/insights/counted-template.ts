import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { refuse } from '../kernel/domain-error.js';
import { FindTemplate, type StageDefinition, type TemplateRow } from '../templates/contract.js';
import type { InsightQuery } from './insight.request.js';

/** The template whose runs are counted. */
@Injectable()
export class CountedTemplate {
  constructor(private readonly queries: QueryBus) {}

  /** Its stages: of the version asked for, else of the latest. @throws DomainError `template-not-found` */
  async stages(tenantId: string, { template, version }: InsightQuery): Promise<readonly StageDefinition[]> {
    const query = new FindTemplate(tenantId, template, version ?? null);
    const row = await this.queries.execute<FindTemplate, TemplateRow | null>(query);
    if (row !== null) return row.content.stages;
    const named = version === undefined ? template : `${template} in version ${String(version)}`;
    throw refuse('template-not-found', `There is no template ${named}. GET /templates lists what there is.`);
  }
}
