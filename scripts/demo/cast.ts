import type { Person } from './client.ts';
import type { Storyteller } from './storyteller.ts';

type NewKey = Readonly<{ id: string; key: string; roles: readonly string[] }>;

/** Somebody who plays in a story, with the id of the key that was made for it. */
export type Player = Readonly<{ id: string; person: Person }>;

/** Makes a key for somebody. */
export async function handOut(
  teller: Storyteller,
  admin: Person,
  name: string,
  rights: Readonly<{ roles: readonly string[]; actor_type: string }>,
): Promise<Player> {
  const { id, key } = await teller.step<NewKey>(admin, {
    does: `makes a key for ${name}`,
    request: { path: '/keys', body: { name: `demo: ${name}`, actor_id: name.toLowerCase(), ...rights } },
    status: 201,
    hears: ({ roles }) => roles.join(', '),
  });
  return { id, person: { name, key } };
}

/** Revokes the key. */
export async function takeBack(teller: Storyteller, admin: Person, { id, person: { name } }: Player): Promise<void> {
  await teller.step(admin, {
    does: `revokes the key of ${name}`,
    request: { path: `/keys/${id}`, method: 'DELETE' },
    status: 204,
    hears: () => 'it opens nothing any more; events keep its id',
  });
}
