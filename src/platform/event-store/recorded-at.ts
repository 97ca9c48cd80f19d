import { randomUUID } from 'node:crypto';

/**
 * Stands for the time of recording, which only the database knows, in rows and answers computed before the append. Unguessable, so
 * that nothing a client sends is ever mistaken for it.
 */
export const RECORDED_AT = `recorded-at:${randomUUID()}`;
