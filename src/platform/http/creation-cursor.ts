import { isMoment, isUuid } from './field-rules.js';
import { positionIn } from './page.js';

/** The place in a list sorted by creation, ties by id. */
export type CreationPosition = Readonly<{ createdAt: string; id: string }>;

/** Reads the cursor of a list sorted by creation; null for the first page. @throws DomainError `invalid-input` */
export function creationIn(after: string | undefined): CreationPosition | null {
  const position = positionIn(after, [
    (value) => typeof value === 'string' && isMoment(value),
    (value) => typeof value === 'string' && isUuid(value),
  ]);
  return position === null ? null : { createdAt: String(position[0]), id: String(position[1]) };
}
