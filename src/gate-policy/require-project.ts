import type { QueryBus } from '@nestjs/cqrs';
import { refuse } from '../kernel/domain-error.js';
import { ProjectExists } from '../projects/contract.js';

/** Asks those who keep projects. @throws DomainError `project-not-found` where one is named and not there */
export async function requireProject(queries: QueryBus, tenantId: string, projectId: string | null): Promise<void> {
  if (projectId === null) return;
  const exists = await queries.execute<ProjectExists, boolean>(new ProjectExists(tenantId, projectId));
  if (!exists) throw refuse('project-not-found', `There is no project ${projectId}.`);
}
