/** Why this machine cannot run the embedded PostgreSQL, and what to do about it: for whoever starts the service. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
