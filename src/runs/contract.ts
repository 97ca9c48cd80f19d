import { runCatalogue } from './run.events.js';

export type { RunEvent, Subject } from './run.events.js';

/** The type of the streams that runs are, and what their events are: for read models of other capabilities. */
export const runStreamType = { name: 'pipeline_run', catalogue: runCatalogue } as const;
