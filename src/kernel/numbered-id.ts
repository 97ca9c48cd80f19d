const NUMBERED = 12;

/**
 * The n-th id of those that a command may need, counted from 0: the one it was given, its last 48 bits moved on by n. What a decider makes gets
 * its ids this way, because chance enters a command once, at the edge. 42 of those bits are chance, and the others count the ids of a process, so
 * that those of one command do not meet the next one's.
 */
export function numberedId(freshId: string, n: number): string {
  if (n === 0) return freshId;
  const moved = (BigInt(`0x${freshId.slice(-NUMBERED)}`) + BigInt(n)) % (1n << 48n);
  return freshId.slice(0, -NUMBERED) + moved.toString(16).padStart(NUMBERED, '0');
}
