import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import type { ReceiptKey } from '../../kernel/command-context.js';
import type { StoredAnswer } from './append.js';

/** An answer once given under an idempotency key; `requestHash` is hex. */
export type StoredReceipt = Readonly<{ requestHash: string; answer: StoredAnswer }>;

/** How long an idempotency key is remembered. */
export const RETENTION_DAYS = 30;

const PRUNE_BATCH = 1000;

type ReceiptRow = Readonly<{ request_hash: Buffer; answer: StoredAnswer }>;

/** Answers by idempotency key. Those of commands that append events are written by the append itself. */
@Injectable()
export class Receipts {
  constructor(private readonly database: Database) {}

  async find(tenantId: string, key: string): Promise<StoredReceipt | null> {
    const [row] = await this.database.query<ReceiptRow>(tenantId, FIND, [tenantId, key]);
    return row === undefined ? null : { requestHash: row.request_hash.toString('hex'), answer: row.answer };
  }

  /** Forgets answers older than the retention, a batch at most; answers how many. */
  async prune(): Promise<number> {
    const rows = await this.database.system((manager) =>
      manager.query<[readonly object[], number]>(PRUNE, [RETENTION_DAYS, PRUNE_BATCH]),
    );
    return rows[1];
  }

  /** Stores the answer of a command that appended nothing. A unique violation means that a twin was answered first. */
  async store(tenantId: string, receipt: ReceiptKey, answer: StoredAnswer): Promise<void> {
    await this.database.tenant(tenantId, (manager) => storeReceipt(manager, tenantId, receipt, answer));
  }
}

/** Stores an answer in a transaction of the caller's. */
export async function storeReceipt(
  manager: EntityManager,
  tenantId: string,
  { key, requestHash }: ReceiptKey,
  answer: StoredAnswer,
): Promise<void> {
  await manager.query(STORE, [tenantId, key, Buffer.from(requestHash, 'hex'), JSON.stringify(answer)]);
}

const FIND = {
  name: 'find_receipt',
  text: 'select request_hash, answer from command_receipts where tenant_id = $1 and key = $2',
};
const STORE = 'insert into command_receipts (tenant_id, key, request_hash, answer) values ($1, $2, $3, $4)';
const PRUNE = `
  delete from command_receipts where (tenant_id, key) in (
    select tenant_id, key from command_receipts where created_at < clock_timestamp() - make_interval(days => $1)
    order by created_at limit $2)`;
