import { refuse } from '../kernel/domain-error.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { runStreamType } from '../runs/contract.js';

/** @throws DomainError `run-not-found` */
export async function requireRun(store: EventStore, tenantId: string, id: string): Promise<void> {
  const [first] = await store.read(tenantId, id, { streamType: runStreamType.name, limit: 1 });
  if (first === undefined) throw refuse('run-not-found', `There is no run ${id}.`);
}
