import { lookBack, showTimeline } from './aftermath.ts';
import { handOut, takeBack } from './cast.ts';
import type { Person } from './client.ts';
import { type GraphCast, GraphChapters } from './graph-chapters.ts';
import type { Storyteller } from './storyteller.ts';
import type { Run } from './wire.ts';

/** The story of a graph of work and of those who do it; answers the run it was about. */
export async function tellGraph(teller: Storyteller, admin: Person): Promise<Run> {
  teller.chapter('Keys');
  const olga = await handOut(teller, admin, 'Olga', { roles: ['operator'], actor_type: 'user' });
  const robot = await handOut(teller, admin, 'Robot', { roles: ['worker'], actor_type: 'worker' });
  const vic = await handOut(teller, admin, 'Vic', { roles: ['viewer'], actor_type: 'user' });
  const run = await tell(teller, { admin, olga: olga.person, robot: robot.person, vic: vic.person });
  for (const player of [olga, robot, vic]) await takeBack(teller, admin, player);
  return run;
}

async function tell(teller: Storyteller, cast: GraphCast): Promise<Run> {
  const chapters = new GraphChapters(teller, cast);
  await chapters.drawnUp();
  const started = await chapters.started();
  await chapters.researched(started);
  await chapters.checkedByAPerson(started);
  const finished = await chapters.finished(started);
  await chapters.explained(finished);
  await lookBack(teller, cast, [started, finished]);
  await showTimeline(teller, cast, finished);
  teller.chapter('The end');
  return finished;
}
