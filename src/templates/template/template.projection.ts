import type { Projection } from '../../kernel/projection.js';
import type { TemplateContent, TemplateEvent } from '../template.events.js';

/** One version of one template; it never changes once published. */
export type TemplateRow = Readonly<{
  /** `key/version`, unique within a tenant. */
  id: string;
  tenantId: string;
  streamVersion: number;
  key: string;
  version: number;
  name: string;
  content: TemplateContent;
  contentHash: string;
  publishedAt: string;
}>;

/** One row per published version. */
export const templates: Projection<TemplateRow, TemplateEvent> = {
  name: 'templates',
  version: 1,
  keysOf: ({ detail }) => [`${detail.key}/${String(detail.version)}`],
  isFinal: () => true,
  on: {
    'template.published': (_row, { detail, tenantId, streamVersion, recordedAt }, id) => ({
      id,
      tenantId,
      streamVersion,
      key: detail.key,
      version: detail.version,
      name: detail.name,
      content: detail.content,
      contentHash: detail.content_hash,
      publishedAt: recordedAt,
    }),
  },
};
