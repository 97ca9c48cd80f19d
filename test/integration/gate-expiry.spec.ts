import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { ActOnRun } from '../../src/runs/contract.js';
import { GateExpiry } from '../../src/runs/gate-expiry.js';
import { openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

/** A pending gate whose time is up at that minute. */
const dueGate = async (minute: number) => {
  const [id, owner] = [newId(), await opened.superuser()];
  await owner.query(
    `insert into decision_gates (id, tenant_id, stream_version, run_id, stage, stage_number, gate_type, status, options, allowed_deciders,
       reason_required_for, evidence, votes, created_at, expires_at)
     values ($1, $2, 1, gen_random_uuid(), 'a', 1, 'decision', 'pending', '[]', '[]', '[]', '{}', '[]', now(), $3)`,
    [id, DEFAULT_TENANT_ID, `2026-03-01T12:0${String(minute)}:00Z`],
  );
  return id;
};

describe('expiring the gates that are due', () => {
  it('asks for each, in the order they fell due, and one that fails does not keep the others', async () => {
    const [first, second, third] = [await dueGate(1), await dueGate(2), await dueGate(3)];
    await dueGate(5);
    const asked: unknown[] = [];
    const execute = ({ asked: { data } }: ActOnRun) => {
      asked.push('gateId' in data && data.gateId);
      return asked.length === 1 ? Promise.reject(new Error('This run cannot be read.')) : Promise.resolve();
    };
    const expiry = new GateExpiry(opened.database, { execute } as unknown as CommandBus);
    await expect(expiry.expireDue('2026-03-01T12:04:00Z')).rejects.toThrow('1 of 3 gates could not be expired');
    expect(asked).toEqual([first, second, third]);
  });
});
