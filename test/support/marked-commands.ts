import { expect } from '@jest/globals';
import { v7 as newId } from 'uuid';
import type { Answer, ApiClient } from './api-client.js';

/** A command whose one event carries a mark of its own, so that its effect can be counted afterwards. */
export type MarkedCommand = Readonly<{ mark: string; path: string; body: object; key: string }>;

/** What clients know of their commands: the acknowledged took effect once, the refused never, of the unanswered nobody knows. */
export type Ledger = Readonly<{
  acknowledged: MarkedCommand[];
  refused: MarkedCommand[];
  unanswered: MarkedCommand[];
  /** Every status that was answered. */
  statuses: Set<number>;
}>;

export function emptyLedger(): Ledger {
  return { acknowledged: [], refused: [], unanswered: [], statuses: new Set() };
}

/** Records a result or suggests a focus for a stage that is in progress; no two are the same, and a run takes any number. */
export function markedCommand(runId: string, stage = 'thesis_defined'): MarkedCommand {
  const mark = newId();
  const isResult = Math.random() < 0.5;
  const path = `/pipeline/${runId}/stages/${stage}/${isResult ? 'result' : 'focus'}`;
  return { mark, path, body: isResult ? { outcome: 'undecided', feedback: mark } : { focus: [mark] }, key: newId() };
}

/** Sends a command under its key and notes what came of it. */
export async function issue(
  api: ApiClient,
  command: MarkedCommand,
  ledger: Ledger,
  headers: Readonly<Record<string, string>> = { 'idempotency-key': command.key },
): Promise<Answer | null> {
  const answer = await api.post(command.path, command.body, { headers }).catch(() => null);
  if (answer === null) ledger.unanswered.push(command);
  else note(ledger, command, answer);
  return answer;
}

function note(ledger: Ledger, command: MarkedCommand, { status }: Answer): void {
  ledger.statuses.add(status);
  if (status < 300) ledger.acknowledged.push(command);
  else if (status >= 500)
    ledger.unanswered.push(command); // It says that nobody knows: to be asked again.
  else ledger.refused.push(command);
}

/** Sends under the same key again what was not answered, until it is. */
export async function repeatUnanswered(api: ApiClient, ledger: Ledger): Promise<void> {
  for (let round = 0; ledger.unanswered.length > 0; round += 1) {
    if (round === 50) throw new Error(`${ledger.unanswered.length} commands stayed without an answer.`);
    const again = ledger.unanswered.splice(0);
    await Promise.all(again.map((command) => issue(api, command, ledger)));
  }
}

/** Holds the marks on the timeline against what the clients were told. */
export function expectEffects(marks: ReadonlyMap<string, number>, { acknowledged, refused, unanswered }: Ledger): void {
  const timesOf = ({ mark }: MarkedCommand): number => marks.get(mark) ?? 0;
  expect({
    lost: acknowledged.filter((command) => timesOf(command) === 0),
    doubled: [...acknowledged, ...unanswered].filter((command) => timesOf(command) > 1),
    refusedAndDone: refused.filter((command) => timesOf(command) > 0),
  }).toEqual({ lost: [], doubled: [], refusedAndDone: [] });
}
