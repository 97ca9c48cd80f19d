import { invalidInput } from '../../platform/http/invalid-input.js';

/** What the service's own workers do begins so. */
const OWN = 'action:';

/** Refuses handlers that nobody outside may claim or queue; `pointer` is where they were named. @throws DomainError `invalid-input` */
export function requireOutsideHandlers(handlers: readonly string[], pointer: string): void {
  const own = handlers.find((handler) => handler.startsWith(OWN));
  if (own === undefined) return;
  throw invalidInput([{ pointer, detail: `may not name ${own}: actions are done by the service itself.` }]);
}
