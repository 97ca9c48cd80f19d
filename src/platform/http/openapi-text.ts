/** What a reader of the API's page should know before the routes. */
export const API_DESCRIPTION = `Moves things through stages. Every change is an event on an append-only timeline; what you read is projected from it.

- **Who**: \`Authorization: Bearer <key>\`. A key has roles; another tenant's things are 404.
- **Errors** are \`application/problem+json\`; every \`code\` has a page under \`/problems\`.
- **Safe to repeat**: send an \`Idempotency-Key\` with any POST, PUT or PATCH; a repeat gets the same answer and \`Idempotency-Replayed: true\`.
- **Versions**: answers carry an \`ETag\`; commands take it as \`If-Match\` and are refused with 412 where the thing has moved on.
- **Dry run**: \`?dry_run=true\` on a command answers what it would do and stores nothing.
- **Lists** take \`limit\` and \`after\`, and answer \`items\` and \`next\`.
- Every route is also there under \`/api\`.
`;
