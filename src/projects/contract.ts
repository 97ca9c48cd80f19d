/** Asks, over the query bus, what projects of a tenant are called; answered with a map from the ids that are there. */
export class ProjectNames {
  constructor(
    readonly tenantId: string,
    readonly ids: readonly string[],
  ) {}
}

/** Asks, over the query bus, whether a tenant has a project of that id; answered with a boolean. */
export class ProjectExists {
  constructor(
    readonly tenantId: string,
    readonly projectId: string,
  ) {}
}
