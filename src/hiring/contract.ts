/** Asks, over the query bus, whether a tenant has a candidate of that id; answered with a boolean. */
export class CandidateExists {
  constructor(
    readonly tenantId: string,
    readonly candidateId: string,
  ) {}
}

/** Asks, over the query bus, whether a tenant has a job profile of that id; answered with a boolean. */
export class JobProfileExists {
  constructor(
    readonly tenantId: string,
    readonly jobProfileId: string,
  ) {}
}
