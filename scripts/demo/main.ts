/**
 * A story, told through the HTTP API of a running service, as any client would tell it: `npm run demo`, `npm run demo -- hiring`,
 * `npm run demo -- graph` or `npm run demo -- delivery`.
 *
 * It makes its subjects and keys of its own, so it can be told as often as one likes; the keys are revoked at its end. Ends with 1 where no
 * service answers, or where one answers otherwise than the story goes.
 */
import type { Person } from './client.ts';
import { tellDelivery } from './delivery-story.ts';
import { findService, type Found, NoServiceError } from './find-service.ts';
import { tellFounder } from './founder-story.ts';
import { tellGraph } from './graph-story.ts';
import { tellHiring } from './hiring-story.ts';
import { penFor } from './pen.ts';
import { Storyteller, UnexpectedAnswerError } from './storyteller.ts';
import type { Run } from './wire.ts';

type Story = Readonly<{ title: string; tell: (teller: Storyteller, admin: Person) => Promise<Run> }>;

const stories = new Map<string, Story>([
  ['founder', { title: "A founder's story", tell: tellFounder }],
  ['hiring', { title: "A candidate's story", tell: tellHiring }],
  ['graph', { title: 'The story of a question', tell: tellGraph }],
  ['delivery', { title: 'The story of a web shop', tell: tellDelivery }],
]);

class NoStoryError extends Error {}

async function main(name = 'founder'): Promise<void> {
  const story = stories.get(name);
  if (story === undefined)
    throw new NoStoryError(`There is no story "${name}". Ask for ${[...stories.keys()].join(' or ')}.`);
  const found = await findService(process.env);
  const teller = new Storyteller(found.url, penFor(process.stdout, process.env));
  teller.pen.line(`${story.title}, told to the Stageline at ${found.url}.`);
  const run = await story.tell(teller, { name: 'Admin', key: found.adminKey });
  showLinks(teller, found, run);
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

main(process.argv[2]).catch((error: unknown) => {
  const isExpected =
    error instanceof NoStoryError || error instanceof NoServiceError || error instanceof UnexpectedAnswerError;
  process.stderr.write(`${isExpected ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
});
