/**
 * A founder's story, told through the HTTP API of a running service, as any client would tell it: `npm run demo`.
 *
 * It makes a project and two keys of its own, so it can be told as often as one likes; the keys are revoked at its end. Ends with 1 where no
 * service answers, or where one answers otherwise than the story goes.
 */
import { lookBack, showTimeline } from './aftermath.ts';
import { type Cast, Chapters } from './chapters.ts';
import type { Person } from './client.ts';
import { findService, type Found, NoServiceError } from './find-service.ts';
import { penFor } from './pen.ts';
import { Storyteller, UnexpectedAnswerError } from './storyteller.ts';
import type { Run } from './wire.ts';

type NewKey = Readonly<{ id: string; key: string; roles: readonly string[] }>;

async function main(): Promise<void> {
  const found = await findService(process.env);
  const teller = new Storyteller(found.url, penFor(process.stdout, process.env));
  teller.pen.line(`A founder's story, told to the Stageline at ${found.url}.`);
  const admin: Person = { name: 'Admin', key: found.adminKey };
  teller.chapter('Keys');
  const ada = await handOut(teller, admin, 'Ada', { roles: ['operator', 'approver'], actor_type: 'founder' });
  const vic = await handOut(teller, admin, 'Vic', { roles: ['viewer'], actor_type: 'user' });
  const cast: Cast = { admin, ada: ada.person, vic: vic.person };
  const run = await tell(teller, cast);
  for (const { id, person } of [ada, vic]) await takeBack(teller, admin, id, person);
  showLinks(teller, found, run);
}

async function tell(teller: Storyteller, cast: Cast): Promise<Run> {
  const chapters = new Chapters(teller, cast);
  const started = await chapters.fromNothing();
  const validating = await chapters.thesisDefined(started);
  const pivoted = await chapters.validatedDirection(validating);
  const building = await chapters.backAndForward(pivoted);
  const learning = await chapters.mvpBuilt(building);
  const completed = await chapters.feedbackLoop(learning);
  await lookBack(teller, cast, [started, pivoted, building, completed]);
  await showTimeline(teller, cast, completed);
  teller.chapter('The end');
  return completed;
}

async function handOut(
  teller: Storyteller,
  admin: Person,
  name: string,
  rights: Readonly<{ roles: readonly string[]; actor_type: string }>,
): Promise<Readonly<{ id: string; person: Person }>> {
  const { id, key } = await teller.step<NewKey>(admin, {
    does: `makes a key for ${name}`,
    request: { path: '/keys', body: { name: `demo: ${name}`, actor_id: name.toLowerCase(), ...rights } },
    status: 201,
    hears: ({ roles }) => roles.join(', '),
  });
  return { id, person: { name, key } };
}

async function takeBack(teller: Storyteller, admin: Person, id: string, { name }: Person): Promise<void> {
  await teller.step(admin, {
    does: `revokes the key of ${name}`,
    request: { path: `/keys/${id}`, method: 'DELETE' },
    status: 204,
    hears: () => 'it opens nothing any more; events keep its id',
  });
}

function showLinks({ pen, commandCount }: Storyteller, { url }: Found, { id }: Run): void {
  pen.line(`\n${String(commandCount)} commands were sent; all that was accepted is on the timeline, and nothing else.`);
  pen.heading('To look at');
  pen.line(`  Every route     ${url}/docs`);
  pen.line(`  This run        ${url}/pipeline/${id}`);
  pen.line(`  As it was       ${url}/pipeline/${id}?version=1`);
  pen.line(`  Its timeline    ${url}/pipeline/${id}/timeline`);
  pen.line(`  As a stream     ${url}/timeline/stream?run_id=${id}`);
  pen.line('\nAll but the first want a key:  curl -H "Authorization: Bearer <key>" <link>');
}

// Whoever reads only the beginning (`npm run demo | head`) has closed the other end: nothing is wrong then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main().catch((error: unknown) => {
  const isExpected = error instanceof NoServiceError || error instanceof UnexpectedAnswerError;
  process.stderr.write(`${isExpected ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
});
