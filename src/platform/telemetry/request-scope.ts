import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of one request carries. */
export type RequestScope = Readonly<{ correlationId: string }>;

/** The request being served, wherever in its call chain one asks. */
export const requestScope = new AsyncLocalStorage<RequestScope>();
