import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { ReceiptKey } from './command-context.js';
import type { StoredAnswer } from './append.js';

/** An answer once given under an idempotency key; `requestHash` is hex. */
export type StoredReceipt = Readonly<{ requestHash: string; answer: StoredAnswer }>;

type ReceiptRow = Readonly<{ request_hash: Buffer; answer: StoredAnswer }>;

/** Answers by idempotency key. Those of commands that append events are written by the append itself. */
@Injectable()
export class Receipts {
  constructor(private readonly database: Database) {}

  async find(tenantId: string, key: string): Promise<StoredReceipt | null> {
    const [row] = await this.database.query<ReceiptRow>(tenantId, FIND, [tenantId, key]);
    return row === undefined ? null : { requestHash: row.request_hash.toString('hex'), answer: row.answer };
  }

  /** Stores the answer of a command that appended nothing. A unique violation means that a twin was answered first. */
  async store(tenantId: string, { key, requestHash }: ReceiptKey, answer: StoredAnswer): Promise<void> {
    await this.database.query(tenantId, STORE, [tenantId, key, `\\x${requestHash}`, JSON.stringify(answer)]);
  }
}

const FIND = {
  name: 'find_receipt',
  text: 'select request_hash, answer from command_receipts where tenant_id = $1 and key = $2',
};
const STORE = {
  name: 'store_receipt',
  text: 'insert into command_receipts (tenant_id, key, request_hash, answer) values ($1, $2, $3, $4)',
};
