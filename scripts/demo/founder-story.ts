import { lookBack, showTimeline } from './aftermath.ts';
import { handOut, takeBack } from './cast.ts';
import { type Cast, Chapters } from './chapters.ts';
import type { Person } from './client.ts';
import type { Storyteller } from './storyteller.ts';
import type { Run } from './wire.ts';

/** A founder's story; answers the run it was about. */
export async function tellFounder(teller: Storyteller, admin: Person): Promise<Run> {
  teller.chapter('Keys');
  const ada = await handOut(teller, admin, 'Ada', { roles: ['operator', 'approver'], actor_type: 'founder' });
  const vic = await handOut(teller, admin, 'Vic', { roles: ['viewer'], actor_type: 'user' });
  const run = await tell(teller, { admin, ada: ada.person, vic: vic.person });
  for (const player of [ada, vic]) await takeBack(teller, admin, player);
  return run;
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
