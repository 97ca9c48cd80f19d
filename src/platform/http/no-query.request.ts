/** The query of a request that takes none: whatever is sent is refused, so that a `dry_run` is not taken for one. */
export class NoQuery {}
