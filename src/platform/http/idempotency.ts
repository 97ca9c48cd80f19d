import { refuse } from '../../kernel/domain-error.js';
import type { Outcome, ReceiptKey } from '../../kernel/command-context.js';
import type { Receipts } from '../event-store/receipts.js';
import { outcomeAnswer, replayedHeader } from '../event-store/outcome-answer.js';
import { problemAnswer, type Answer, type ProblemOccasion } from './problem-document.js';
import { refusalOf } from './refusal-of.js';

/** Where the answers of requests with an idempotency key are kept. */
export type AnswerStore = Pick<Receipts, 'find' | 'store'>;

/** One request that came with an idempotency key. */
export type KeyedRequest = ProblemOccasion & Readonly<{ tenantId: string; receipt: ReceiptKey }>;

// Refusals that depend on the request and the state it met. The rest (400, 401, 413, 429, 5xx) says nothing about the
// command itself, and sending it again may well succeed.
const kept = new Set([403, 404, 409, 412, 422]);

/**
 * How a request with an idempotency key is answered once.
 *
 * running: in this process the key is held in `running`; a second request is told to wait. stored: the answer is in the
 * receipts, put there in the transaction of the events, else by us after the handler. A crash before the events'
 * commit leaves nothing: the client tries again. After it: the receipt is there. A twin in another process that was
 * faster shows as a unique violation when we store; its answer is then ours too.
 */
export class Idempotency {
  private readonly running = new Map<string, string>();

  constructor(private readonly store: AnswerStore) {}

  /** Answers from the receipts, else runs the command and keeps its answer. Refusals rise after they are kept. */
  async answer(request: KeyedRequest, run: () => Promise<Outcome>): Promise<Answer> {
    const slot = `${request.tenantId} ${request.receipt.key}`;
    this.refuseWhileRunning(slot, request.receipt);
    this.running.set(slot, request.receipt.requestHash);
    try {
      return (await this.stored(request)) ?? (await this.runAndKeep(request, run));
    } finally {
      this.running.delete(slot);
    }
  }

  private refuseWhileRunning(slot: string, { requestHash }: ReceiptKey): void {
    const running = this.running.get(slot);
    if (running === undefined) return;
    if (running !== requestHash) throw keyReused();
    throw refuse(
      'command-in-progress',
      'The first request with this Idempotency-Key is still running. Try again soon.',
    );
  }

  private async stored({ tenantId, receipt }: KeyedRequest): Promise<Answer | null> {
    const found = await this.store.find(tenantId, receipt.key);
    if (found === null) return null;
    if (found.requestHash !== receipt.requestHash) throw keyReused();
    return { ...found.answer, headers: { ...found.answer.headers, ...replayedHeader } };
  }

  private async runAndKeep(request: KeyedRequest, run: () => Promise<Outcome>): Promise<Answer> {
    const outcome = await run().catch((error: unknown) => this.keepRefusal(request, error));
    if ('headers' in outcome) return outcome;
    const answer = outcomeAnswer(outcome);
    if (outcome.replayed === true) return (await this.stored(request)) ?? answer;
    if (outcome.kind === 'dry_run' || outcome.receiptStored === true) return answer;
    return this.keep(request, answer);
  }

  /** A refusal that is not kept rises; one that is kept becomes the answer, here and on every replay. */
  private async keepRefusal(request: KeyedRequest, error: unknown): Promise<Answer> {
    const twin = isUniqueViolation(error) ? await this.stored(request) : null;
    if (twin !== null) return twin;
    const refusal = refusalOf(error);
    if (refusal === null || transient.has(refusal.code)) throw error;
    const answer = problemAnswer(refusal, request);
    if (!kept.has(answer.status)) throw error;
    return this.keep(request, answer);
  }

  private async keep(request: KeyedRequest, answer: Answer): Promise<Answer> {
    try {
      await this.store.store(request.tenantId, request.receipt, answer);
      return answer;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await this.stored(request)) ?? answer;
    }
  }
}

// About the key itself, not about the command.
const transient = new Set<string>(['command-in-progress', 'idempotency-key-reused']);

function keyReused() {
  return refuse(
    'idempotency-key-reused',
    'This Idempotency-Key was sent before with another request. Use a new key, or repeat that request exactly.',
  );
}

function isUniqueViolation(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return code === '23505' || driverError?.code === '23505';
}
