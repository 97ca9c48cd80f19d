/**
 * Which jobs of a batch a row stands for. Jobs of a batch are numbered from 1; their ids are the batch's, whose last four digits are zeros, with the
 * number in their place, so that a job's batch is known by its id.
 */

/** Numbers of jobs as ranges in order, each with its first number and the one after its last; none touch. */
export type Members = readonly (readonly [from: number, to: number])[];

/** Digits of an id that are the number of a job, in base 16. */
const DIGITS = 4;
const NO_NUMBER = '0'.repeat(DIGITS);

const MAX_NUMBER = 16 ** DIGITS - 1;

/** The id of a batch, made of any new id. */
export function batchIdFrom(id: string): string {
  return `${id.slice(0, -DIGITS)}${NO_NUMBER}`;
}

/** The id of a job by its number in its batch. */
export function memberId(batchId: string, number: number): string {
  if (number > MAX_NUMBER) throw new Error(`A batch has no more than ${String(MAX_NUMBER)} jobs.`);
  return `${batchId.slice(0, -DIGITS)}${number.toString(16).padStart(DIGITS, '0')}`;
}

/** A job's number in that batch; null where its id is not made of the batch's. */
export function numberIn(batchId: string, jobId: string): number | null {
  if (!batchId.endsWith(NO_NUMBER) || jobId === batchId || !jobId.startsWith(batchId.slice(0, -DIGITS))) return null;
  return parseInt(jobId.slice(-DIGITS), 16);
}

/** These numbers, in whatever order. */
export function membersOf(numbers: readonly number[]): Members {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last[1]) last[1] = number + 1;
    else ranges.push([number, number + 1]);
  }
  return ranges;
}

/** Every number, in order. */
export function numbersOf(members: Members): readonly number[] {
  return members.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index));
}

/** How many they are. */
export function countOf(members: Members): number {
  return members.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Whether the number is one of them. */
export function isAmong(members: Members, number: number): boolean {
  return members.some(([from, to]) => from <= number && number < to);
}

/** Those that are in both. */
export function common(some: Members, others: Members): Members {
  const ranges: (readonly [number, number])[] = [];
  for (let [i, k] = [0, 0]; i < some.length && k < others.length;) {
    const [a, b] = [some[i] as Members[0], others[k] as Members[0]];
    const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
    if (from < to) ranges.push([from, to]);
    if (a[1] < b[1]) i += 1;
    else k += 1;
  }
  return ranges;
}

/** Those of the first that are not in the second. */
export function without(some: Members, others: Members): Members {
  const gaps: (readonly [number, number])[] = [];
  let after = 0;
  for (const [from, to] of others) {
    gaps.push([after, from]);
    after = to;
  }
  return common(some, [...gaps, [after, Infinity]]);
}

/** As a column of type int4multirange shows them: https://www.postgresql.org/docs/current/rangetypes.html */
export function membersText(members: Members): string {
  return `{${members.map(([from, to]) => `[${String(from)},${String(to)})`).join(',')}}`;
}

/** The other way round. */
export function membersFrom(text: string): Members {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => [Number(from), Number(to)] as const);
}
