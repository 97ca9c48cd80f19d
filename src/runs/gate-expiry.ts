import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RepeatedWork } from '../platform/background/repeated-work.js';
import { Database } from '../platform/database/database.js';
import { systemCaller } from '../platform/event-store/system-caller.js';
import { ActOnRun } from './contract.js';
import { newId } from '../platform/new-id.js';

const LOOK_EVERY_MS = 1000;
const AT_ONCE = 100;

type DueGate = Readonly<{ id: string; tenant_id: string; run_id: string }>;

/**
 * Closes gates whose time is up, by the same command path as everything else. Any number of processes may look: the rule itself says
 * whether a gate still expires, so a second look changes nothing.
 */
@Injectable()
export class GateExpiry implements BeforeApplicationShutdown {
  private readonly rounds: RepeatedWork;

  constructor(
    private readonly database: Database,
    private readonly commands: CommandBus,
  ) {
    const work = (): Promise<number> => this.expireDue(new Date().toISOString());
    this.rounds = new RepeatedWork({ work, everyMs: LOOK_EVERY_MS, logger: new Logger('GateExpiry') });
  }

  start(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  /** Expires every gate that is due at `now` (ISO 8601); answers how many were looked at. One that fails does not keep the others. */
  async expireDue(now: string): Promise<number> {
    const due = await this.database.system((manager) =>
      manager.query<DueGate[]>(
        `select id, tenant_id, run_id from decision_gates
         where status = 'pending' and expires_at <= $1 order by expires_at limit ${String(AT_ONCE)}`,
        [now],
      ),
    );
    const failed: unknown[] = [];
    for (const gate of due) await this.expire(gate, now).catch((error: unknown) => failed.push(error));
    if (failed.length > 0)
      throw new AggregateError(failed, `${String(failed.length)} of ${String(due.length)} gates could not be expired.`);
    return due.length;
  }

  private async expire({ tenant_id: tenantId, run_id: runId }: DueGate, now: string): Promise<void> {
    const context = {
      caller: systemCaller(tenantId, 'gate-expiry'),
      commandId: newId(),
      correlationId: newId(),
      now,
      dryRun: false,
    };
    await this.commands.execute(new ActOnRun(runId, { type: 'wake', data: {} }, context));
  }
}
