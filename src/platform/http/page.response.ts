import type { FieldClass } from './field-registry.js';
import { NestedList, Text } from './fields.js';

/** The response class of one page of a list; extend it under a schema name of its own. */
export function PageOf<Item extends object>(item: () => FieldClass & (new () => Item)) {
  class PageResponse {
    @NestedList(item)
    readonly items!: readonly Item[];

    @Text({ nullable: true, max: 1000, description: 'Pass it as `after` for the next page; null on the last one.' })
    readonly next!: string | null;
  }
  return PageResponse;
}
