/**
 * Commands on runs, as a controller would send them: loaded, decided, appended with every inline read model, answered.
 *
 * Each caller has runs of its own and goes on to the next after as many commands as the other contestants write to a stream. The runs are
 * started before the clock is.
 */
import { CommandBus } from '@nestjs/cqrs';
import { ActOnRun } from '../../dist/src/runs/contract.js';
import { StartRunThrough } from '../../dist/src/runs/commands/start-run.js';
import { BuiltInTemplates } from '../../dist/src/templates/built-in-templates.js';
import { runCallers } from '../harness/callers.mjs';
import { EVENTS_PER_STREAM } from './own-streams.mjs';
import { payload } from './payload.mjs';
import { caller, newContext, openStageline } from './stageline.mjs';
import { stockOf } from './stock.mjs';

const milestone = { stage: 'thesis_defined', milestone: 'brief_generated' };

const asked = {
  facts: (count) => ({ type: 'record_facts', data: payload(count) }),
  milestones: (count) => ({ type: count % 2 === 0 ? 'complete_milestone' : 'reopen_milestone', data: milestone }),
};

export async function open({ connection, ask }) {
  const stageline = await openStageline(connection);
  await stageline.get(BuiltInTemplates).publishFor(caller.tenantId);
  const commands = stageline.get(CommandBus);
  const startRun = async () =>
    (await commands.execute(new StartRunThrough({ template: 'founder' }, newContext()))).body.id;
  const runs = stockOf(startRun);
  const places = [];
  const work = async (index) => {
    const place = (places[index] ??= { runId: await runs.take(), count: 0 });
    await commands.execute(new ActOnRun(place.runId, asked[ask](place.count), newContext()));
    place.count += 1;
    if (place.count === EVENTS_PER_STREAM) places[index] = undefined;
  };
  const round = async (task) => runs.note(await runCallers(task, work));
  return { prepare: runs.fill, round, close: stageline.close };
}
