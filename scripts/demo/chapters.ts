/**
 * A founder's story, chapter by chapter: from nothing to a working feedback loop, with the detours that real projects take.
 *
 * Each chapter does its commands one after the other and hands on the run as the last of them left it.
 */
import { randomUUID } from 'node:crypto';
import type { Person, Problem } from './client.ts';
import { decisionOf, Moves, names, stage, told } from './moves.ts';
import type { Storyteller } from './storyteller.ts';
import type { Decided, Gate, Project, Run, StageEvent } from './wire.ts';

/** Who is in the story. */
export type Cast = Readonly<{ admin: Person; ada: Person; vic: Person }>;

type StaleVersion = Problem & Readonly<{ intervening: readonly StageEvent[] }>;

/** Plays one founder's run. */
export class Chapters {
  private readonly teller: Storyteller;
  private readonly cast: Cast;
  private readonly moves: Moves;

  constructor(teller: Storyteller, cast: Cast) {
    this.teller = teller;
    this.cast = cast;
    this.moves = new Moves(teller, cast.ada);
  }

  async fromNothing(): Promise<Run> {
    const { teller } = this;
    const { ada, vic } = this.cast;
    teller.chapter('From nothing');
    const { id } = await teller.step<Project>(ada, {
      does: 'creates the project "Solar kiosk"',
      request: { path: '/projects', body: { name: 'Solar kiosk' } },
      status: 201,
      hears: () => 'it exists, and stands at no stage yet',
    });
    await teller.step<Project>(vic, {
      does: 'looks at the project',
      request: { path: `/projects/${id}` },
      hears: (project) => `stage_number ${String(project.stage_number)}, ${project.status}`,
    });
    const start = { project_id: id, template: 'founder' };
    const run = await teller.step<Run>(ada, {
      does: 'starts the founder pipeline for it',
      request: { path: '/pipeline/start', body: start },
      status: 201,
      hears: told,
    });
    await teller.refused(ada, {
      does: 'starts it a second time',
      request: { path: '/pipeline/start', body: start },
      status: 409,
      code: 'run-already-open',
    });
    return run;
  }

  async thesisDefined(run: Run): Promise<Run> {
    const { teller } = this;
    const { ada } = this.cast;
    teller.chapter('1 · Thesis Defined');
    await this.moves.tooEarly(run, 'completes the stage at once');
    await this.rehearse(run);
    await this.moves.milestones(run, 'brief_generated');
    const risk = await this.raiseRisk(run);
    await this.moves.milestones(run, 'risks_identified');
    await this.moves.tooEarly(run, 'completes the stage with the risk still open');
    await teller.step<Run>(ada, {
      does: 'dismisses the risk, with the reason why it no longer blocks',
      request: {
        path: `${stage(run)}/risks/${risk}/dismiss`,
        body: { reason: 'Two suppliers have signed fixed prices for the year.' },
      },
      hears: told,
    });
    await teller.step<Run>(ada, {
      does: 'notes what to focus on',
      request: { path: `${stage(run)}/focus`, body: { focus: ['Talk to ten stall holders'] } },
      hears: told,
    });
    const gated = await this.moves.complete(run);
    await this.refusedDecisions(gated);
    return this.decideTwice(await this.parkAndUnpark(gated));
  }

  async validatedDirection(run: Run): Promise<Run> {
    this.teller.chapter('2 · Validated Direction');
    const chosen = await this.moves.milestones(run, 'direction_chosen');
    await this.staleTab(run, chosen);
    const narrowed = await this.moves.decide(await this.moves.complete(chosen), {
      decision: 'narrow',
      scope: {
        keep: ['market stalls'],
        drop_milestones: ['direction_chosen'],
        note: 'One direction is left, so there is nothing to choose.',
      },
    });
    const gated = await this.moves.complete(narrowed);
    const reason = 'Stall holders want to rent, not buy: the thesis has to change.';
    return this.moves.decide(gated, { decision: 'pivot', to_stage: 'thesis_defined', reason });
  }

  async backAndForward(run: Run): Promise<Run> {
    const { teller } = this;
    teller.chapter('1 and 2 again, the other way');
    await teller.step<{ ready: boolean; required_actions: readonly object[] }>(this.cast.vic, {
      does: 'asks what is missing',
      request: { path: `/pipeline/${run.id}/readiness` },
      hears: ({ required_actions: todo }) =>
        `${String(todo.length)} things to do: milestones begin anew, history stays`,
    });
    const thesis = await this.moves.milestones(run, 'brief_generated', 'risks_identified');
    const validated = await this.moves.decide(await this.moves.complete(thesis), { decision: 'proceed' });
    const done = await this.moves.milestones(validated, 'direction_chosen', 'validation_complete', 'scope_narrowed');
    return this.moves.decide(await this.moves.complete(done), {
      decision: 'proceed',
      reason: 'Nine of ten would rent.',
    });
  }

  async mvpBuilt(run: Run): Promise<Run> {
    this.teller.chapter('3 · MVP Built');
    const built = await this.moves.milestones(run, 'build_started', 'build_complete', 'tests_passing', 'preview_live');
    return this.moves.complete(built);
  }

  async feedbackLoop(run: Run): Promise<Run> {
    const { teller } = this;
    const { ada } = this.cast;
    teller.chapter('4 · Feedback Loop Active');
    await teller.step<Run>(ada, {
      does: 'records what the first month brought',
      request: {
        path: `/pipeline/${run.id}/facts`,
        body: { facts: { kiosks_rented: 9, interviews: 24 }, trigger: 'month_closed' },
      },
      hears: told,
    });
    const shipped = await this.moves.milestones(run, 'feedback_collected', 'iteration_planned', 'iteration_shipped');
    const completed = await this.moves.decide(await this.moves.complete(shipped), { decision: 'proceed' });
    await teller.refused(ada, {
      does: 'parks the run after its end',
      request: { path: `/pipeline/${run.id}/park`, body: { reason: 'Holidays.' } },
      status: 409,
      code: 'run-closed',
    });
    return completed;
  }

  private async rehearse(run: Run): Promise<void> {
    await this.teller.step<{ events: readonly StageEvent[]; run: Run }>(this.cast.ada, {
      does: 'asks what completing brief_generated would do (dry run)',
      request: { path: `${stage(run)}/milestones/brief_generated/complete?dry_run=true`, body: {} },
      hears: ({ events, run: after }) => `would record ${names(events)} and end at ${told(after)}; nothing is stored`,
    });
  }

  private async raiseRisk(run: Run): Promise<string> {
    const { teller } = this;
    const { ada, vic } = this.cast;
    await teller.step<Run>(ada, {
      does: 'raises a risk',
      request: { path: `${stage(run)}/risks`, body: { type: 'supply', message: 'Panel prices swing by a third.' } },
      hears: told,
    });
    const stages = await teller.step<{ items: readonly { key: string; blocking_risks: readonly { id: string }[] }[] }>(
      vic,
      {
        does: 'looks at the stages',
        request: { path: `/pipeline/${run.id}/stages` },
        hears: ({ items }) => items.map(({ key, blocking_risks: risks }) => key + ' !'.repeat(risks.length)).join(', '),
      },
    );
    const risk = stages.items.find(({ key }) => key === run.current_stage)?.blocking_risks[0];
    if (risk === undefined) throw new Error('The risk that was raised is not among the stage’s.');
    return risk.id;
  }

  private async refusedDecisions(run: Run): Promise<void> {
    const { teller } = this;
    const { ada, vic } = this.cast;
    await teller.step<Gate>(ada, {
      does: 'reads the open gate and its evidence',
      request: { path: `/gates/${String(run.open_gate_id)}` },
      hears: ({ options }) => `the options are ${options.join(', ')}`,
    });
    await teller.refused(vic, {
      does: 'decides, with a key that may only look',
      request: { path: decisionOf(run), body: { decision: 'proceed' } },
      status: 403,
      code: 'forbidden',
    });
    await teller.refused(ada, {
      does: 'decides to pivot and does not say why',
      request: { path: decisionOf(run), body: { decision: 'pivot' } },
      status: 422,
      code: 'reason-required',
    });
  }

  private async parkAndUnpark(run: Run): Promise<Run> {
    const { teller } = this;
    const { ada } = this.cast;
    await this.moves.decide(run, { decision: 'park', reason: 'The rainy season: nobody trades.' });
    await teller.refused(ada, {
      does: 'goes on working all the same',
      request: { path: `${stage(run)}/focus`, body: { focus: ['Anything'] } },
      status: 409,
      code: 'run-parked',
    });
    return teller.step<Run>(ada, {
      does: 'unparks the run',
      request: { path: `/pipeline/${run.id}/unpark`, body: { reason: 'The sun is back.' } },
      hears: (after) => `${told(after)}, at a fresh gate`,
    });
  }

  private async decideTwice(run: Run): Promise<Run> {
    const { teller } = this;
    const { ada } = this.cast;
    const request = {
      path: decisionOf(run),
      body: { decision: 'proceed' },
      headers: { 'idempotency-key': `demo-${randomUUID()}` },
    };
    const decided = await teller.step<Decided>(ada, {
      does: 'decides at the gate: proceed, under an idempotency key',
      request,
      hears: (answer) => told(answer.run),
    });
    await teller.step<Decided>(ada, {
      does: 'sends the same once more, as after a lost answer',
      request,
      hears: (answer, headers) =>
        `Idempotency-Replayed: ${headers.get('idempotency-replayed') ?? 'no'}; ${told(answer.run)}`,
    });
    await teller.step<Decided>(ada, {
      does: 'decides the same again, under no key',
      request: { path: request.path, body: request.body },
      hears: (answer) => `already in effect, nothing recorded; ${told(answer.run)}`,
    });
    await teller.refused(ada, {
      does: 'decides the same gate otherwise',
      request: { path: request.path, body: { decision: 'pivot', reason: 'On second thoughts.' } },
      status: 409,
      code: 'gate-already-decided',
    });
    return decided.run;
  }

  private async staleTab(before: Run, now: Run): Promise<void> {
    const { teller } = this;
    const { ada } = this.cast;
    const path = `${stage(now)}/milestones/validation_complete/complete`;
    await teller.refused<StaleVersion>(ada, {
      does: `completes validation_complete in a tab that shows version ${String(before.version)}`,
      request: { path, body: {}, headers: { 'if-match': `"${String(before.version)}"` } },
      status: 412,
      code: 'stale-version',
      adds: ({ intervening }) => `(In between: ${names(intervening)}.)`,
    });
    await teller.step<Run>(ada, {
      does: `reloads, and completes it as of version ${String(now.version)}`,
      request: { path, body: {}, headers: { 'if-match': `"${String(now.version)}"` } },
      hears: told,
    });
  }
}
