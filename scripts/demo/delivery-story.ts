import { lookBack, readTimeline } from './aftermath.ts';
import { handOut, takeBack } from './cast.ts';
import type { Person } from './client.ts';
import { accountOf } from './delivery-account.ts';
import { type DeliveryCast, DeliveryChapters } from './delivery-chapters.ts';
import type { Storyteller } from './storyteller.ts';
import type { Run } from './wire.ts';

/** The story of a delivery and of all that goes wrong in it; answers the run it was about. */
export async function tellDelivery(teller: Storyteller, admin: Person): Promise<Run> {
  teller.chapter('Keys');
  const olga = await handOut(teller, admin, 'Olga', { roles: ['operator'], actor_type: 'user' });
  const ann = await handOut(teller, admin, 'Ann', { roles: ['approver'], actor_type: 'user' });
  const ben = await handOut(teller, admin, 'Ben', { roles: ['operator'], actor_type: 'user' });
  const robot = await handOut(teller, admin, 'Robot', { roles: ['worker'], actor_type: 'worker' });
  const vic = await handOut(teller, admin, 'Vic', { roles: ['viewer'], actor_type: 'user' });
  const players = { olga: olga.person, ann: ann.person, ben: ben.person, robot: robot.person, vic: vic.person };
  const run = await tell(teller, { admin, ...players });
  for (const player of [olga, ann, ben, robot, vic]) await takeBack(teller, admin, player);
  return run;
}

async function tell(teller: Storyteller, cast: DeliveryCast): Promise<Run> {
  const chapters = new DeliveryChapters(teller, cast);
  const project = await chapters.agreed();
  const started = await chapters.sold(project);
  const onboarded = await chapters.onboarded(started);
  await chapters.buildFails(started);
  const built = await chapters.buildApproved(started);
  const tested = await chapters.testApproved(project, started);
  await chapters.defectsMended(started);
  const finished = await chapters.handedOver(started);
  await lookBack(teller, cast, [started, onboarded, built, tested, finished]);
  const events = await readTimeline(teller, cast.vic, finished);
  teller.chapter('What happened');
  for (const line of accountOf(events)) teller.pen.line(line);
  teller.chapter('The end');
  return finished;
}
