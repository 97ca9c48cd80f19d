import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/** The place in a list sorted by creation, ties by id. */
export type CreationPosition = Readonly<{ createdAt: string; id: string }>;

/** A list sorted by creation: whose, what it is narrowed to (by property; undefined does not narrow), and which part of it. */
export type ListByCreation<Entity> = Readonly<{
  tenantId: string;
  where: Readonly<{ [Property in keyof Entity & string]?: unknown }>;
  after: CreationPosition | null;
  limit: number;
  /** What else has to hold, as SQL over `row`. */
  and?: Readonly<{ text: string; parameters: Readonly<Record<string, unknown>> }>;
}>;

/** Rows with `tenantId`, `createdAt` and `id`, oldest first. What a page has shown stays where it was: new rows join behind it. */
export function listByCreation<Entity extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Entity>,
  { tenantId, where, after, limit, and }: ListByCreation<Entity>,
): Promise<Entity[]> {
  const query = manager.createQueryBuilder(entity, 'row').where('row.tenantId = :tenantId', { tenantId });
  for (const [property, value] of Object.entries(where)) {
    if (value !== undefined) query.andWhere(`row.${property} = :${property}`, { [property]: value });
  }
  if (and !== undefined) query.andWhere(`(${and.text})`, and.parameters);
  if (after !== null) query.andWhere('(row.createdAt, row.id) > (:createdAt, :id)', after);
  return query.orderBy('row.createdAt').addOrderBy('row.id').limit(limit).getMany();
}
