import { invalidInput } from '../../platform/http/invalid-input.js';

/** What the service's own workers do begins so. */
const OWN = 'action:';

/** Refuses handlers that nobody outside may claim or queue; `pointer` is where they were named. @throws DomainError `invalid-input` */
export function requireOutsideHandlers(handlers: readonly string[], pointer: string): void {
  const own = handlers.find((handler) => handler.startsWith(OWN));
  if (own !== undefined) throw invalidInput([ownHandler(own, pointer)]);
}

/** The same of jobs that are named together, with a pointer to each. @throws DomainError `invalid-input` */
export function requireOutsideJobs(jobs: readonly Readonly<{ handler: string }>[]): void {
  const faults = jobs.flatMap(({ handler }, index) =>
    handler.startsWith(OWN) ? [ownHandler(handler, `/jobs/${String(index)}/handler`)] : [],
  );
  if (faults.length > 0) throw invalidInput(faults);
}

function ownHandler(handler: string, pointer: string) {
  return { pointer, detail: `may not name ${handler}: actions are done by the service itself.` };
}
