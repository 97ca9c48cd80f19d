import type { Person } from './client.ts';
import type { Storyteller } from './storyteller.ts';
import type { Decided, Run, StageEvent } from './wire.ts';

type Decision = Readonly<{
  decision: 'proceed' | 'narrow' | 'pivot' | 'park';
  reason?: string;
  to_stage?: string;
  scope?: Readonly<{ keep?: readonly string[]; drop_milestones?: readonly string[]; note?: string }>;
}>;

/** What somebody does over and over, at the stage where the run stands. */
export class Moves {
  private readonly teller: Storyteller;
  private readonly mover: Person;

  constructor(teller: Storyteller, mover: Person) {
    this.teller = teller;
    this.mover = mover;
  }

  /** Completes milestones, in this order; answers the run after the last. */
  async milestones(run: Run, ...keys: readonly string[]): Promise<Run> {
    let last = run;
    for (const key of keys) {
      last = await this.teller.step<Run>(this.mover, {
        does: `completes the milestone ${key}`,
        request: { path: `${stage(run)}/milestones/${key}/complete`, body: {} },
        hears: told,
      });
    }
    return last;
  }

  /** Completes the stage: its gate opens, or the run enters the next one. */
  complete(run: Run): Promise<Run> {
    return this.teller.step<Run>(this.mover, {
      does: `completes the stage ${run.current_stage}`,
      request: { path: `${stage(run)}/complete`, body: {} },
      hears: told,
    });
  }

  /** Decides at the open gate. */
  async decide(run: Run, decision: Decision): Promise<Run> {
    const decided = await this.teller.step<Decided>(this.mover, {
      does: `decides at the gate: ${decision.decision}`,
      request: { path: decisionOf(run), body: decision },
      hears: (answer) => told(answer.run),
    });
    return decided.run;
  }

  /** Completes a stage that is not ready, and is told what is missing. */
  tooEarly(run: Run, does: string): Promise<void> {
    return this.teller.refused(this.mover, {
      does,
      request: { path: `${stage(run)}/complete`, body: {} },
      status: 409,
      code: 'stage-not-ready',
    });
  }
}

/** A run in a few words. */
export function told({ version, status, current_stage: key, stage_progress: states, ...run }: Run): string {
  const where = status === 'running' ? `${key} ${states[key] ?? ''}` : status;
  const waits = run.waiting_on === null ? '' : `, waits for ${waitsFor(run.waiting_on)}`;
  return `version ${String(version)}: ${where}${waits}, ${String(run.progress_percent)} % of the run`;
}

function waitsFor(what: string): string {
  if (what === 'approval') return 'an approval';
  return `a ${what === 'gate' ? 'decision' : what}`;
}

/** What happened, by the names of the events. */
export function names(events: readonly StageEvent[]): string {
  return events.map(({ event_type: type }) => type).join(', ');
}

/** The address of the stage where the run stands. */
export function stage({ id, current_stage: key }: Run): string {
  return `/pipeline/${id}/stages/${key}`;
}

/** The address at which its open gate is decided. */
export function decisionOf({ open_gate_id: gate }: Run): string {
  return `/gates/${String(gate)}/decision`;
}
