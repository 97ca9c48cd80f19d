import { refuse } from '../../kernel/domain-error.js';

const WINDOW_MS = 60_000;

/** Counts requests per key in windows of a minute, in this process. */
export class RateLimit {
  private counts = new Map<string, number>();
  private windowEndsAt = 0;

  /** At most `perMinute` requests; 0 is no limit. */
  constructor(private readonly perMinute: number) {}

  /** Counts one request at `nowMs`. @throws DomainError `too-many-requests` */
  count(keyId: string, nowMs: number): void {
    if (this.perMinute === 0) return;
    if (nowMs >= this.windowEndsAt) this.open(nowMs);
    const count = (this.counts.get(keyId) ?? 0) + 1;
    this.counts.set(keyId, count);
    if (count <= this.perMinute) return;
    const seconds = Math.max(1, Math.ceil((this.windowEndsAt - nowMs) / 1_000));
    throw refuse(
      'too-many-requests',
      `This key may send ${this.perMinute} requests a minute. Try again in ${seconds} seconds.`,
      { retry_after_seconds: seconds },
    );
  }

  private open(nowMs: number): void {
    this.counts = new Map();
    this.windowEndsAt = nowMs + WINDOW_MS;
  }
}
