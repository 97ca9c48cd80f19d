/**
 * Group commit: what waits goes together.
 *
 *   waiting     a command's append, for as long as enough others are under way
 *   under way   in one transaction with the others that waited, each to a stream of its own
 *   answered    by itself: recorded, or refused
 *
 * One commit, the costly part, serves all that came meanwhile; most of a transaction's price is paid once, so two go side by side only where
 * there is enough for both. A group that the database refuses was rolled back whole, so it is sent again in ever smaller parts, until only the
 * one at fault is refused. Where it is not known whether the database committed, nothing is sent again: all learn that, as they would have alone.
 */
import { DatabaseError } from 'pg';
import { DomainError } from '../../kernel/domain-error.js';
import type { Append, Appended } from './append.js';
import { ClaimHeldError, ConcurrencyError, TransientError, UnwritableError } from './errors.js';

/** Transactions under way at once, where many wait. One would leave the database idle while a group is put together. */
const UNDER_WAY = 2;

/** How many have to wait for another transaction beside the one under way, for each of the two. */
const WORTH_ANOTHER = 8;

/** An append that takes longer waits for a slow disk, or a lock that somebody else holds: it no longer keeps others from being sent. */
const SLOW_MS = 25;

/** Members of a group. Larger ones win little more, and keep whoever comes next waiting for longer. */
const GROUP_SIZE = 256;

/** A refused group is sent again in so many parts: one at fault among 256 costs 20 transactions more, where one by one would be 256. */
const PARTS = 8;

type Waiting = Readonly<{ append: Append; answer: PromiseWithResolvers<Appended> }>;

export class AppendQueue {
  private readonly waiting: Waiting[] = [];
  private underWayCount = 0;
  private isNextDue = false;

  constructor(private readonly send: (appends: readonly Append[]) => Promise<readonly Appended[]>) {}

  /** Appends what one command writes, alone or with others; fails as `EventStore.append` does. */
  append(append: Append): Promise<Appended> {
    const answer = Promise.withResolvers<Appended>();
    this.waiting.push({ append, answer });
    this.nextInATurn();
    return answer.promise;
  }

  /** At the end of this turn of the event loop: what else arrives in it goes along, such as the next commands of clients just answered. */
  private nextInATurn(): void {
    if (this.isNextDue) return;
    this.isNextDue = true;
    setImmediate(() => {
      this.isNextDue = false;
      this.next();
    });
  }

  private next(): void {
    while (this.isTimeForAGroup()) {
      const leave = this.enter();
      const slow = setTimeout(leave, SLOW_MS);
      void this.commit(this.takeGroup(this.share())).finally(() => {
        clearTimeout(slow);
        leave();
      });
    }
  }

  private isTimeForAGroup(): boolean {
    if (this.underWayCount === 0) return this.waiting.length > 0;
    return this.underWayCount < UNDER_WAY && this.waiting.length >= WORTH_ANOTHER;
  }

  /** What waits, or half of it where both halves are worth a transaction. The caller's own place is taken. */
  private share(): number {
    const isHalf = this.underWayCount < UNDER_WAY && this.waiting.length >= 2 * WORTH_ANOTHER;
    return Math.min(GROUP_SIZE, isHalf ? Math.ceil(this.waiting.length / 2) : this.waiting.length);
  }

  /** Takes a place among those under way; answers how to give it back, which counts once. */
  private enter(): () => void {
    let isUnderWay = true;
    this.underWayCount += 1;
    return () => {
      if (!isUnderWay) return;
      isUnderWay = false;
      this.underWayCount -= 1;
      this.nextInATurn();
    };
  }

  /** Those that waited longest. A stream's second append waits for the next group: it has to see what the first did. */
  private takeGroup(size: number): readonly Waiting[] {
    const streams = new Set<string>();
    const group: Waiting[] = [];
    for (let index = 0; index < this.waiting.length && group.length < size;) {
      const { streamId } = (this.waiting[index] as Waiting).append;
      if (streams.has(streamId)) index += 1;
      else group.push(...this.waiting.splice(index, 1));
      streams.add(streamId);
    }
    return group;
  }

  private async commit(group: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.send(group.map(({ append }) => append));
      group.forEach(({ answer }, index) => {
        answer.resolve(results[index] as Appended);
      });
    } catch (error) {
      if (group.length > 1 && wasRolledBack(error)) await Promise.all(partsOf(group).map((part) => this.commit(part)));
      else for (const { answer } of group) answer.reject(error);
    }
  }
}

function partsOf(group: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const size = Math.ceil(group.length / PARTS);
  return Array.from({ length: Math.ceil(group.length / size) }, (_, part) =>
    group.slice(part * size, (part + 1) * size),
  );
}

/** An answer of the database itself, so that the transaction is over and left nothing; or nothing was sent. */
function wasRolledBack(error: unknown): boolean {
  if (error instanceof DatabaseError) return !endOfConnection.test(error.code ?? '08');
  return [DomainError, ConcurrencyError, ClaimHeldError, TransientError, UnwritableError].some(
    (kind) => error instanceof kind,
  );
}

// SQLSTATE classes of a connection or server that went away: perhaps after the commit, before its answer.
const endOfConnection = /^(?:08|57P|58|XX)/;
