import { lookBack, showTimeline } from './aftermath.ts';
import { handOut, takeBack } from './cast.ts';
import type { Person } from './client.ts';
import { type HiringCast, HiringChapters } from './hiring-chapters.ts';
import type { Storyteller } from './storyteller.ts';
import type { Run } from './wire.ts';

/** The story of a candidate; answers the run it was about. */
export async function tellHiring(teller: Storyteller, admin: Person): Promise<Run> {
  teller.chapter('Keys');
  const rita = await handOut(teller, admin, 'Rita', { roles: ['operator'], actor_type: 'user' });
  const ann = await handOut(teller, admin, 'Ann', { roles: ['approver'], actor_type: 'user' });
  const vic = await handOut(teller, admin, 'Vic', { roles: ['viewer'], actor_type: 'user' });
  const run = await tell(teller, { admin, rita: rita.person, ann: ann.person, vic: vic.person });
  for (const player of [rita, ann, vic]) await takeBack(teller, admin, player);
  return run;
}

async function tell(teller: Storyteller, cast: HiringCast): Promise<Run> {
  const chapters = new HiringChapters(teller, cast);
  const application = await chapters.jobAndCandidate();
  const started = await chapters.apply(application);
  const interviewed = await chapters.screened(started);
  const movedBack = await chapters.movedBack(interviewed);
  const onsite = await chapters.onsite(movedBack);
  const hired = await chapters.debrief(onsite);
  await chapters.rejected(application);
  await lookBack(teller, cast, [started, interviewed, movedBack, hired]);
  await showTimeline(teller, cast, hired);
  teller.chapter('The end');
  return hired;
}
