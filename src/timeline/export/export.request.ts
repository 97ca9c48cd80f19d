import { Choice, Moment, Uuid } from '../../platform/http/fields.js';

export class ExportQuery {
  @Choice(['jsonl'], { optional: true, description: 'The one there is, and the default; docs/export-format.md.' })
  readonly format?: string;

  @Uuid({ optional: true, description: 'Only this run; not together with `from` and `to`.' })
  readonly run_id?: string;

  @Moment({ optional: true, description: 'Recorded at that moment or later.' })
  readonly from?: string;

  @Moment({ optional: true, description: 'Recorded before that moment.' })
  readonly to?: string;
}
