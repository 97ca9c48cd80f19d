/**
 * A web shop is delivered, chapter by chapter: facts that come in any order, a build that fails, an approval that is sent back and one that is handed on,
 * one that nobody gives in time, defects that send it back to the build, and the handover.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from './client.ts';
import { DeliveryRobot } from './delivery-robot.ts';
import { ownDelivery, type Published } from './delivery-template.ts';
import { told } from './moves.ts';
import { type Storyteller, UnexpectedAnswerError } from './storyteller.ts';
import type { Decided, FactHistory, Job, PendingGates, Project, Run, StageList } from './wire.ts';

/** Who is in the story: Olga operates, Ann approves, Ben helps out, the robot works. */
export type DeliveryCast = Readonly<Record<'admin' | 'olga' | 'ann' | 'ben' | 'robot' | 'vic', Person>>;

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 500;
const PREVIEW = { preview_url: 'https://preview.example.org/shop' };

/** Plays one delivery; its template and agents are this story's own, so that it can be told as often as one likes. */
export class DeliveryChapters {
  private readonly teller: Storyteller;
  private readonly cast: DeliveryCast;
  private readonly robot: DeliveryRobot;
  private readonly mark = randomUUID().slice(0, 8);

  constructor(teller: Storyteller, cast: DeliveryCast) {
    this.teller = teller;
    this.cast = cast;
    this.robot = new DeliveryRobot(teller, cast.robot, this.mark);
  }

  /** The build has to be approved; the test too, and at once. */
  async agreed(): Promise<Project> {
    const { teller, cast, mark } = this;
    teller.chapter('What is delivered, and who approves it');
    const published = await teller.step<Published>(cast.vic, {
      does: 'reads the template delivery',
      request: { path: '/templates/delivery' },
      hears: ({ content }) => content.stages.map(({ key }) => key).join(', '),
    });
    await teller.step(cast.olga, {
      does: 'publishes it with agents of her own',
      request: { path: '/templates', body: ownDelivery(published, mark) },
      status: 201,
      hears: () => `delivery-${mark}`,
    });
    const project = await teller.step<Project>(cast.olga, {
      does: 'creates a project',
      request: { path: '/projects', body: { name: 'Web shop' } },
      status: 201,
      hears: ({ name }) => name,
    });
    await this.setPolicy(project, {
      '3_build': { require_approval: true, approvers: ['approver'] },
      '4_test': {
        require_approval: true,
        approvers: ['approver'],
        expires_after_seconds: 1,
        on_expiry: 'escalate',
        escalate_to: ['operator'],
      },
    });
    return project;
  }

  sold(project: Project): Promise<Run> {
    this.teller.chapter('Facts come as they come');
    return this.teller.step<Run>(this.cast.olga, {
      does: 'starts the delivery',
      request: { path: '/pipeline/start', body: { project_id: project.id, template: `delivery-${this.mark}` } },
      status: 201,
      hears: told,
    });
  }

  /** Some too early, one contradicting another; answers the run as it stands at the build. */
  async onboarded(run: Run): Promise<Run> {
    const { teller, cast } = this;
    await this.records(run, cast.olga, { assignee: 'mika' }, 'auto_assignment');
    await this.records(run, cast.olga, { assets_uploaded: true, budget: 900 }, 'artifact_upload');
    await this.records(run, cast.olga, { deposit_paid: true }, 'onboarding_updated');
    await this.look(run, 'sees why it is still at sales');
    await this.records(run, cast.olga, { contract_signed: true }, 'onboarding_updated');
    await this.records(run, cast.ben, { budget: 1200 }, 'assignment_override');
    const built = await this.records(run, cast.olga, { onboarding_complete: true }, 'onboarding_saved');
    await teller.step<FactHistory>(cast.vic, {
      does: 'reads what was said of the budget',
      request: { path: `/pipeline/${run.id}/facts?key=budget` },
      hears: ({ items }) =>
        `budget: ${items.map(({ value, actor_id: who }) => `${String(value)} (${who})`).join(', ')}; the last one counts`,
    });
    return built;
  }

  async buildFails(run: Run): Promise<void> {
    const { teller, cast } = this;
    teller.chapter('The build fails, and a person helps');
    const job = await this.robot.failsFor('builder', 3, 'The compiler is gone.');
    await this.look(run, 'sees what the build waits for');
    await this.readRun(run);
    await teller.step<Job>(cast.olga, {
      does: 'builds it by hand',
      request: {
        path: `/jobs/${job}/resolve`,
        body: { outcome: 'succeeded', output: PREVIEW, reason: 'Built on my own machine.' },
      },
      hears: ({ status }) => status,
    });
  }

  /** Ann sends the build back; when it comes again she is away, and Ben approves in her stead. */
  async buildApproved(run: Run): Promise<Run> {
    const { teller, cast } = this;
    teller.chapter('The build is sent back, then approved by somebody else');
    await this.decide(await this.readRun(run), cast.ann, {
      decision: 'send_back',
      send_back: { nodes: { work: 'The logo is missing.' } },
      reason: 'Almost there.',
    });
    await this.robot.does('builder', { preview_url: 'https://preview.example.org/shop-with-logo' });
    const again = await this.readRun(run);
    await teller.refused(cast.ben, {
      does: 'approves',
      request: { path: `/gates/${String(again.open_gate_id)}/decision`, body: { decision: 'approve' } },
      status: 403,
      code: 'not-a-decider',
    });
    await teller.step<Decided>(cast.ann, {
      does: 'hands the vote on to Ben',
      request: { path: `/gates/${String(again.open_gate_id)}/delegate`, body: { to: 'ben', reason: 'I am away.' } },
      hears: (answer) => told(answer.run),
    });
    return this.decide(
      again,
      cast.ben,
      { decision: 'approve', reason: 'The logo is there.' },
      'approves in place of Ann',
    );
  }

  /** Nobody approves the test in time, so that it goes to others. */
  async testApproved(project: Project, run: Run): Promise<Run> {
    this.teller.chapter('Nobody approves the test in time');
    await this.robot.does('tester', { passed: true });
    await this.escalated(run);
    const tested = await this.decide(await this.readRun(run), this.cast.olga, { decision: 'approve' });
    await this.setPolicy(project, {});
    return tested;
  }

  async defectsMended(run: Run): Promise<void> {
    this.teller.chapter('Defects send it back to the build');
    await this.robot.does('defect-validator', { open_defects: 2 });
    await this.readRun(run);
    await this.robot.does('builder', PREVIEW);
    await this.robot.does('tester', { passed: true });
    await this.robot.does('defect-validator', { open_defects: 0 });
  }

  async handedOver(run: Run): Promise<Run> {
    this.teller.chapter('The handover');
    await this.look(run, 'sees what is left');
    await this.records(run, this.cast.ben, { handed_over: true }, 'artifact_upload');
    return this.records(run, this.cast.olga, { client_accepted: true }, 'approval_granted');
  }

  private setPolicy(project: Project, policy: object): Promise<unknown> {
    return this.teller.step(this.cast.admin, {
      does: 'says who approves what in this project',
      request: { path: `/projects/${project.id}/gate-policy`, method: 'PUT', body: policy },
      hears: () => Object.keys(policy).join(', ') || 'nobody has to approve anything any more',
    });
  }

  private records(run: Run, by: Person, facts: object, trigger: string): Promise<Run> {
    return this.teller.step<Run>(by, {
      does: `records ${JSON.stringify(facts)}`,
      request: { path: `/pipeline/${run.id}/facts`, body: { facts, trigger } },
      hears: told,
    });
  }

  private async decide(
    run: Run,
    by: Person,
    decision: Readonly<{ decision: string; reason?: string; send_back?: object }>,
    does = `decides at the gate: ${decision.decision}`,
  ): Promise<Run> {
    const decided = await this.teller.step<Decided>(by, {
      does,
      request: { path: `/gates/${String(run.open_gate_id)}/decision`, body: decision },
      hears: (answer) => told(answer.run),
    });
    return decided.run;
  }

  private readRun({ id }: Run): Promise<Run> {
    return this.teller.step<Run>(this.cast.vic, {
      does: 'looks at the run',
      request: { path: `/pipeline/${id}` },
      hears: told,
    });
  }

  private look({ id }: Run, does: string): Promise<StageList> {
    return this.teller.step<StageList>(this.cast.vic, {
      does,
      request: { path: `/pipeline/${id}/stages` },
      hears: ({ items }) =>
        items
          .flatMap(({ key, status, blocked_reasons: reasons }) =>
            reasons.map(({ code, message }) => `${key} ${status}: ${code}: ${message}`),
          )
          .join(' '),
    });
  }

  /** Waits until the approval asks others, who have all the time they want. */
  private async escalated({ id }: Run): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { items } = await this.teller.step<PendingGates>(this.cast.vic, {
        does: 'looks who has to approve',
        request: { path: `/gates?run_id=${id}&status=pending` },
        hears: ({ items: gates }) => gates.map((gate) => gate.allowed_deciders.join(' or ')).join(', '),
      });
      if (items[0]?.expires_at === null) return;
      if (Date.now() > deadline) throw new UnexpectedAnswerError('The approval did not expire.');
      await pause(LOOK_EVERY_MS);
    }
  }
}
