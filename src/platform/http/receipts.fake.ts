import type { ReceiptKey } from '../../kernel/command-context.js';
import type { StoredReceipt } from '../event-store/receipts.js';
import type { AnswerStore } from './idempotency.js';

/** Receipts in memory, for tests. A second answer under one key is a unique violation, as in PostgreSQL. */
export class MemoryReceipts implements AnswerStore {
  private readonly receipts = new Map<string, StoredReceipt>();

  find(tenantId: string, key: string): Promise<StoredReceipt | null> {
    return Promise.resolve(this.receipts.get(`${tenantId} ${key}`) ?? null);
  }

  store(tenantId: string, { key, requestHash }: ReceiptKey, answer: StoredReceipt['answer']): Promise<void> {
    const place = `${tenantId} ${key}`;
    if (this.receipts.has(place)) return Promise.reject(Object.assign(new Error('duplicate key'), { code: '23505' }));
    this.receipts.set(place, JSON.parse(JSON.stringify({ requestHash, answer })) as StoredReceipt);
    return Promise.resolve();
  }
}
