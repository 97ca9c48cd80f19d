/** Asks, over the query bus, whether a tenant has a project of that id; answered with a boolean. */
export class ProjectExists {
  constructor(
    readonly tenantId: string,
    readonly projectId: string,
  ) {}
}
