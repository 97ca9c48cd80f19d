/**
 * Two candidates for one job: one who is moved back once and hired in the end, and one who is rejected and applies again.
 *
 * Each chapter does its commands one after the other and hands on the run as the last of them left it.
 */
import type { Person } from './client.ts';
import { decisionOf, Moves, stage, told } from './moves.ts';
import type { Storyteller } from './storyteller.ts';
import type { Candidate, Registration, Run } from './wire.ts';

/** Who is in the story: a recruiter, an approver, and somebody who only looks. */
export type HiringCast = Readonly<{ admin: Person; rita: Person; ann: Person; vic: Person }>;

/** Who applies for what, as a start takes it. */
export type Application = Readonly<{ candidate_id: string; job_profile_id: string }>;

type Result = Readonly<{ outcome: 'pass' | 'fail' | 'undecided'; score?: number; feedback?: string }>;

/** Plays the runs of both candidates. */
export class HiringChapters {
  private readonly teller: Storyteller;
  private readonly cast: HiringCast;
  private readonly recruiter: Moves;
  private readonly approver: Moves;

  constructor(teller: Storyteller, cast: HiringCast) {
    this.teller = teller;
    this.cast = cast;
    this.recruiter = new Moves(teller, cast.rita);
    this.approver = new Moves(teller, cast.ann);
  }

  async jobAndCandidate(): Promise<Application> {
    const { teller } = this;
    const { rita } = this.cast;
    teller.chapter('A job and a candidate');
    const job = await teller.step<{ id: string; title: string; skills: readonly string[] }>(rita, {
      does: 'describes the job',
      request: { path: '/job-profiles', body: { title: 'Software engineer', level: 'SWE I', skills: ['go', 'sql'] } },
      status: 201,
      hears: ({ title, skills }) => `${title}: ${skills.join(', ')}`,
    });
    const robin = { name: 'Robin Fairweather', email: 'robin@example.org' };
    await teller.refused(rita, {
      does: 'registers a candidate with half an email address',
      request: { path: '/candidates', body: { ...robin, email: 'robin' } },
      status: 400,
      code: 'invalid-input',
    });
    await teller.step<Registration>(rita, {
      does: 'looks at what registering would record',
      request: { path: '/candidates?dry_run=true', body: robin },
      hears: ({ events: [event] }) =>
        `the name is stored as ${event.detail.name.ciphertext}, and nothing was stored yet`,
    });
    return { candidate_id: (await this.register(robin)).id, job_profile_id: job.id };
  }

  async apply(application: Application): Promise<Run> {
    const { teller } = this;
    const { rita } = this.cast;
    await teller.refused(rita, {
      does: 'starts a run without saying for which job',
      request: { path: '/pipeline/start', body: { candidate_id: application.candidate_id } },
      status: 400,
      code: 'invalid-input',
    });
    const run = await this.start(application);
    await teller.refused(rita, {
      does: 'starts it a second time',
      request: { path: '/pipeline/start', body: application },
      status: 409,
      code: 'run-already-open',
    });
    return run;
  }

  async screened(run: Run): Promise<Run> {
    this.teller.chapter('Up to the first onsite interview');
    const screened = await this.passed(run, 5, 'A clear resume.');
    const assessed = await this.passed(screened, 82);
    return this.passed(assessed, 4, 'Explains well.');
  }

  async movedBack(run: Run): Promise<Run> {
    const { teller } = this;
    teller.chapter('Back to the phone');
    const waiting = await this.interviewed(run, { outcome: 'undecided', feedback: 'The room had no network.' });
    await teller.refused(this.cast.ann, {
      does: 'moves the candidate back without a word',
      request: { path: decisionOf(waiting), body: { decision: 'pivot', to_stage: 'phone_screen' } },
      status: 422,
      code: 'reason-required',
    });
    const reason = 'The interview was broken off: the call before it has to be held again.';
    return this.approver.decide(waiting, { decision: 'pivot', to_stage: 'phone_screen', reason });
  }

  async onsite(run: Run): Promise<Run> {
    this.teller.chapter('Forward again');
    let now = run;
    while (now.current_stage !== 'debrief') now = await this.passed(now, 4);
    return now;
  }

  async debrief(run: Run): Promise<Run> {
    const { teller } = this;
    teller.chapter('Debrief');
    const waiting = await this.interviewed(run, { outcome: 'pass', feedback: 'Hire.' });
    await teller.refused(this.cast.rita, {
      does: 'decides it herself',
      request: { path: decisionOf(waiting), body: { decision: 'proceed' } },
      status: 403,
      code: 'not-a-decider',
    });
    return this.approver.decide(waiting, { decision: 'proceed', reason: 'All four interviewers agree.' });
  }

  async rejected({ job_profile_id }: Application): Promise<void> {
    const { teller } = this;
    teller.chapter('Another candidate');
    const { id } = await this.register({ name: 'Kim Larkin', email: 'kim@example.org' });
    const application = { candidate_id: id, job_profile_id };
    const waiting = await this.interviewed(await this.start(application), { outcome: 'fail', score: 1 });
    await this.cancel(waiting, 'rejected', 'No match for this job.');
    await teller.refused(this.cast.rita, {
      does: 'notes that the candidate withdrew',
      request: { path: `/pipeline/${waiting.id}/cancel`, body: { reason: 'A mail came.', outcome: 'withdrawn' } },
      status: 409,
      code: 'run-closed',
    });
    await this.cancel(await this.start(application), 'withdrawn', 'Took another offer.');
  }

  private register(body: Readonly<{ name: string; email: string }>): Promise<Candidate> {
    return this.teller.step<Candidate>(this.cast.rita, {
      does: `registers ${body.name}`,
      request: { path: '/candidates', body },
      status: 201,
      hears: ({ name, email }) => `${String(name)}, ${String(email)}; only with a key of their own`,
    });
  }

  private start(body: Application): Promise<Run> {
    return this.teller.step<Run>(this.cast.rita, {
      does: 'starts the run of the candidate for the job',
      request: { path: '/pipeline/start', body },
      status: 201,
      hears: told,
    });
  }

  private cancel(run: Run, outcome: 'rejected' | 'withdrawn', reason: string): Promise<Run> {
    return this.teller.step<Run>(this.cast.rita, {
      does: `ends the run: ${outcome}`,
      request: { path: `/pipeline/${run.id}/cancel`, body: { reason, outcome } },
      hears: told,
    });
  }

  private async passed(run: Run, score: number, feedback?: string): Promise<Run> {
    const waiting = await this.interviewed(run, {
      outcome: 'pass',
      score,
      ...(feedback === undefined ? {} : { feedback }),
    });
    // A score of 80 or more is decided by the gate's rule.
    return waiting.open_gate_id === null ? waiting : this.recruiter.decide(waiting, { decision: 'proceed' });
  }

  private async interviewed(run: Run, result: Result): Promise<Run> {
    const { rita } = this.cast;
    await this.teller.step<Run>(rita, {
      does: `starts the stage ${run.current_stage}`,
      request: { path: `${stage(run)}/start`, body: {} },
      hears: told,
    });
    await this.teller.step<Run>(rita, {
      does: `records its result: ${result.outcome}`,
      request: { path: `${stage(run)}/result`, body: result },
      hears: told,
    });
    return this.recruiter.complete(run);
  }
}
