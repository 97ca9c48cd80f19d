import { isDeepStrictEqual } from 'node:util';
import type { Person } from './client.ts';
import { table } from './pen.ts';
import { told } from './moves.ts';
import { type Storyteller, UnexpectedAnswerError } from './storyteller.ts';
import type { Run, StageEvent, Verdict } from './wire.ts';

/** Who looks on: one who may verify, one who only reads. */
type Witnesses = Readonly<{ admin: Person; vic: Person }>;

type Page = Readonly<{ items: readonly StageEvent[]; next: number | null }>;

/** Holds the timeline against what was answered while it was made. Throws `UnexpectedAnswerError` where they differ. */
export async function lookBack(teller: Storyteller, { admin, vic }: Witnesses, seen: readonly Run[]): Promise<void> {
  teller.chapter('Looking back');
  for (const answered of seen) {
    const replayed = await teller.step<Run>(vic, {
      does: `reads the run as it was at version ${String(answered.version)}`,
      request: { path: `/pipeline/${answered.id}?version=${String(answered.version)}` },
      hears: told,
    });
    if (isDeepStrictEqual(replayed, answered)) continue;
    throw new UnexpectedAnswerError(`Version ${String(answered.version)} replays to something else than was answered.`);
  }
  const verdict = await teller.step<Verdict>(admin, {
    does: 'has the whole timeline verified',
    request: { path: '/audit/verify', body: {} },
    hears: ({ valid, checked_events: events, checked_seals: seals }) =>
      `${valid ? 'nothing was changed' : 'SOMETHING WAS CHANGED'}: ${String(events)} events under ${String(seals)} seals`,
  });
  if (!verdict.valid) throw new UnexpectedAnswerError(`Verification found: ${verdict.finding?.message ?? 'no reason'}`);
}

/** Reads the run's timeline, page by page, and writes it down as a table. */
export async function showTimeline(teller: Storyteller, { vic }: Witnesses, run: Run): Promise<void> {
  const events = await readTimeline(teller, vic, run);
  teller.chapter('The timeline of the run');
  const titles = ['version', 'recorded at (UTC)', 'event', 'by', 'about'];
  const rows = events.map((event) => [
    String(event.stream_version).padStart(7),
    event.recorded_at.slice(0, 23).replace('T', ' '),
    event.event_type,
    event.actor_id,
    about(event),
  ]);
  for (const line of table(titles, rows)) teller.pen.line(line);
}

/** Reads the run's timeline, page by page. */
export async function readTimeline(teller: Storyteller, reader: Person, run: Run): Promise<readonly StageEvent[]> {
  const events: StageEvent[] = [];
  for (let after: number | null = 0; after !== null;) after = await readPage(teller, reader, run, after, events);
  return events;
}

async function readPage(
  teller: Storyteller,
  reader: Person,
  run: Run,
  after: number,
  events: StageEvent[],
): Promise<number | null> {
  const page = await teller.step<Page>(reader, {
    does: `reads the timeline after version ${String(after)}`,
    request: { path: `/pipeline/${run.id}/timeline?after_version=${String(after)}&limit=50` },
    hears: ({ items, next }) => `${String(items.length)} events${next === null ? ', the last ones' : ''}`,
  });
  events.push(...page.items);
  return page.next;
}

/** Where an event's own words are. */
const TELLING = [
  'node',
  'template',
  'skip_reason',
  'error',
  'milestone',
  'decision',
  'message',
  'focus',
  'facts',
  'outcome',
] as const;

function about({ from_stage: from, to_stage: to, reason, detail }: StageEvent): string {
  const stage = to ?? text(detail['stage']);
  const words = TELLING.map((field) => text(detail[field]));
  return [from === null ? stage : `${from} -> ${stage}`, ...words, reason ?? '']
    .filter((part) => part !== '')
    .join(': ');
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  const { key, version, message } = value as Readonly<Record<string, unknown>>;
  if (message !== undefined) return text(message);
  return key === undefined ? JSON.stringify(value) : `${text(key)} version ${text(version)}`;
}
