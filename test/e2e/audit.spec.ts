import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ApiClient } from '../support/api-client.js';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { type ProofBody, faultIn, sealHashOf } from '../support/documented-proof.js';
import { accepted } from '../support/founder-walk.js';
import { everythingSealed, underOneSeal } from '../support/sealing.js';
import { keyFor, startDocumentedService, startFounderRun } from '../support/service.js';

const THEIR_TENANT = '00000000-0000-7000-8000-0000000000bb';
const NOBODY = '00000000-0000-7000-8000-00000000dead';

type KeyBody = Readonly<{ key_id: string; public_key: string; algorithm: string }>;
type AuditKeys = KeyBody & Readonly<{ others: readonly (KeyBody & Readonly<{ trusted: boolean }>)[] }>;
type Event = Readonly<{ id: string; position: number | null; event_type: string }>;
type Seal = ProofBody['seal'];
type Listed<Item> = Readonly<{ items: readonly Item[]; next: string | null }>;

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let superuser: pg.Client;
let auditor: ApiClient;
let theirs: ApiClient;
let ourRun = '';
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
  superuser = new pg.Client(service.connection);
  await superuser.connect();
  auditor = service.api.as(await keyFor(service.api, { roles: ['auditor'] }));
  theirs = service.api.as(await backstage.keyIn(THEIR_TENANT, 'admin'));
  await everythingSealed(superuser); // What the start recorded gets a seal of its own.
  await underOneSeal(superuser, async () => {
    await theirs.post('/projects', { name: 'Theirs, before' });
    ({ runId: ourRun } = await startFounderRun(service.api));
    await theirs.post('/projects', { name: 'Theirs, after' });
  });
  await everythingSealed(superuser);
});
afterAll(async () => {
  await superuser.end();
  await backstage.close();
  await service.close();
});

async function eventsOf(runId: string): Promise<readonly Event[]> {
  return accepted(await auditor.get<Listed<Event>>(`/pipeline/${runId}/timeline?limit=200`)).items;
}

async function proofOf(id: string): Promise<ProofBody> {
  return accepted(await auditor.get<ProofBody>(`/audit/events/${id}/proof`));
}

async function proofs(): Promise<readonly ProofBody[]> {
  const events = await eventsOf(ourRun);
  expect(events.length).toBeGreaterThan(2);
  return Promise.all(events.map(({ id }) => proofOf(id)));
}

async function auditKeys(): Promise<AuditKeys> {
  return accepted(await auditor.get<AuditKeys>('/audit/key'));
}

async function seals(query = 'limit=200'): Promise<Listed<Seal>> {
  return accepted(await auditor.get<Listed<Seal>>(`/audit/seals?${query}`));
}

describe('GET /audit/key', () => {
  it('tells the key that signs here', async () => {
    const { key_id: id, public_key: pem, algorithm, others } = await auditKeys();
    expect({ algorithm, others }).toEqual({ algorithm: 'Ed25519', others: [] });
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(new Set((await seals()).items.map((seal) => seal.key_id))).toEqual(new Set([id]));
  });

  it('tells of a key that only stands in the database that it is not trusted', async () => {
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
    const id = 'f'.repeat(32);
    await superuser.query('insert into stageline.sealing_keys (key_id, public_key) values ($1, $2)', [id, pem]);
    const { others } = await auditKeys();
    expect(others).toEqual([{ key_id: id, public_key: pem, algorithm: 'Ed25519', trusted: false }]);
  });
});

describe('GET /audit/seals', () => {
  it('lists every seal, each hashed as documented and chained to the one before, without gaps', async () => {
    const { items, next } = await seals();
    expect(next).toBeNull();
    let before = { number: 0, to_position: 0, seal_hash: '00'.repeat(32) };
    for (const seal of items) {
      expect(seal).toMatchObject({
        number: before.number + 1,
        from_position: before.to_position + 1,
        previous_hash: before.seal_hash,
        seal_hash: sealHashOf(seal).toString('hex'),
      });
      before = seal;
    }
    expect(items.length).toBeGreaterThan(1);
  });

  it('is the same in one page and in many', async () => {
    const { items } = await seals();
    const seen: Seal[] = [];
    for (let after = ''; ;) {
      const page = await seals(`limit=1${after}`);
      seen.push(...page.items);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual(items);
  });

  it.each([
    ['a limit of none', 'limit=0', '/limit'],
    ['a cursor that is none', 'after=nope', '/after'],
    ['a cursor of another list', `after=${Buffer.from('["a"]').toString('base64url')}`, '/after'],
    ['a cursor before the first', `after=${Buffer.from('[-1]').toString('base64url')}`, '/after'],
    ['a cursor beyond all numbers', `after=${Buffer.from('[1e300]').toString('base64url')}`, '/after'],
  ])('refuses %s', async (_what, query, pointer) => {
    const { body } = await auditor.get(`/audit/seals?${query}`);
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer, in: 'query' }] });
  });
});

describe('a proof', () => {
  it('holds for every event of a run, checked by what is documented alone', async () => {
    const { public_key: pem } = await auditKeys();
    for (const proof of await proofs()) {
      expect(faultIn(proof, pem)).toBeNull();
      const { seal, position } = proof;
      expect(proof).toMatchObject({
        leaf_index: position - seal.from_position,
        tree_size: seal.to_position - seal.from_position + 1,
        leaf_hash: proof.event['leaf_hash'],
        position: proof.event['position'],
      });
      expect((await seals()).items).toContainEqual(seal);
    }
  });

  it('tells of other tenants under the same seal nothing but hashes', async () => {
    const [proof] = await proofs();
    if (proof === undefined) throw new Error('There is no proof.');
    const { rows } = await superuser.query<Record<string, string>>(
      'select event_id, stream_id, tenant_id from stageline.sealed_events where tenant_id = $1 and position between $2 and $3',
      [THEIR_TENANT, proof.seal.from_position, proof.seal.to_position],
    );
    expect(rows).toHaveLength(2);
    const { event, ...rest } = proof;
    expect(event).toMatchObject({ stream_id: ourRun });
    for (const text of rows.flatMap((row) => Object.values(row))) expect(JSON.stringify(proof)).not.toContain(text);
    expect(rest.path.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  const flip = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);
  const withEvent = (proof: ProofBody, change: object) => ({ ...proof, event: { ...proof.event, ...change } });
  const withSeal = (proof: ProofBody, change: object) => ({ ...proof, seal: { ...proof.seal, ...change } });
  const forgeries: readonly (readonly [string, string, (proof: ProofBody, other: ProofBody) => ProofBody])[] = [
    ['another actor', 'leaf', (proof) => withEvent(proof, { actor_id: 'mallory' })],
    ['another detail', 'leaf', (proof) => withEvent(proof, { detail: {} })],
    ['another time', 'leaf', (proof) => withEvent(proof, { occurred_at: '2020-01-01T00:00:00.000Z' })],
    ['another event and its leaf', 'root', (proof, { event, leaf_hash }) => ({ ...proof, event, leaf_hash })],
    ['another position', 'root', (proof, { position }) => ({ ...proof, position })],
    ['a position outside of the seal', 'place', (proof) => ({ ...proof, position: proof.seal.to_position + 1 })],
    ['a shorter path', 'root', (proof) => ({ ...proof, path: proof.path.slice(1) })],
    ['a longer path', 'root', (proof) => ({ ...proof, path: [...proof.path, proof.leaf_hash] })],
    ['a path turned round', 'root', (proof) => ({ ...proof, path: proof.path.toReversed() })],
    [
      'a bit of the path flipped',
      'root',
      (proof) => ({ ...proof, path: proof.path.with(0, flip(proof.path[0] ?? '')) }),
    ],
    [
      'another size that the path fits',
      'seal',
      (proof) => withSeal(proof, { to_position: proof.seal.to_position + 1 }),
    ],
    ['another time of sealing', 'seal', (proof) => withSeal(proof, { sealed_at: '2020-01-01T00:00:00.000Z' })],
    ['another seal before', 'seal', (proof) => withSeal(proof, { previous_hash: flip(proof.seal.previous_hash) })],
    ['a signature that is none', 'signature', (proof) => withSeal(proof, { signature: flip(proof.seal.signature) })],
    ['the name of another key', 'signature', (proof) => withSeal(proof, { key_id: 'f'.repeat(32) })],
  ];

  it.each(forgeries)('fails with %s, at the %s', async (_what, fault, forge) => {
    const { public_key: pem } = await auditKeys();
    const [proof, other] = await proofs();
    if (proof === undefined || other === undefined) throw new Error('There are no two proofs.');
    expect(proof.path.length).toBeGreaterThan(1);
    expect(faultIn(forge(proof, other), pem)).toBe(fault);
  });

  it('of another tenant’s event is not to be had, nor of one that is nowhere', async () => {
    const [first] = await eventsOf(ourRun);
    for (const [api, id] of [
      [theirs, String(first?.id)],
      [auditor, NOBODY],
    ] as const) {
      const { body } = await api.get(`/audit/events/${id}/proof`);
      expect(body).toMatchObject({ status: 404, code: 'event-not-found' });
    }
    expect((await auditor.get('/audit/events/nope/proof')).body).toMatchObject({ status: 400, code: 'invalid-input' });
  });

  it('is to be had once the event is sealed', async () => {
    const id = await underOneSeal(superuser, async () => {
      const [first] = await eventsOf((await startFounderRun(service.api)).runId);
      const { body, headers } = await auditor.get(`/audit/events/${String(first?.id)}/proof`);
      expect(body).toMatchObject({ status: 409, code: 'not-sealed-yet' });
      expect(headers.get('retry-after')).toBe('1');
      const { status } = await theirs.get(`/audit/events/${String(first?.id)}/proof`);
      expect(status).toBe(404);
      return String(first?.id);
    });
    await everythingSealed(superuser);
    expect(faultIn(await proofOf(id), (await auditKeys()).public_key)).toBeNull();
  });
});
