import type { TemplateRow } from './template.projection.js';
import type { TemplateResponse, TemplateSummaryResponse } from './template.response.js';

/** A version of a template as it goes over the wire in lists. */
export function summaryOnWire({ key, version, name, contentHash, publishedAt }: TemplateRow): TemplateSummaryResponse {
  return { key, version, name, content_hash: contentHash, published_at: publishedAt };
}

/** A version of a template as it goes over the wire, whole. */
export function templateOnWire(row: TemplateRow): TemplateResponse {
  return { ...summaryOnWire(row), content: row.content };
}
