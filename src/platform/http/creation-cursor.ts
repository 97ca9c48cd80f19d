import type { CreationPosition } from '../database/list-by-creation.js';
import { isMoment, isUuid } from './field-rules.js';
import { positionIn } from './page.js';

/** Reads the cursor of a list sorted by creation; null for the first page. @throws DomainError `invalid-input` */
export function creationIn(after: string | undefined): CreationPosition | null {
  const position = positionIn(after, [
    (value) => typeof value === 'string' && isMoment(value),
    (value) => typeof value === 'string' && isUuid(value),
  ]);
  return position === null ? null : { createdAt: String(position[0]), id: String(position[1]) };
}
