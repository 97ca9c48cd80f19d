import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../database/database.js';
import { ReadModels } from './read-models.js';

/** How long a reader waits for a read model to get where it was asked to be. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 25;

/** Up to which position a read model has everything, and the timeline's last. */
export type Standing = Readonly<{ asOfPosition: number; headPosition: number }>;

/** Says how far a read model is, and waits for it. */
@Injectable()
export class Freshness {
  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
  ) {}

  /**
   * Where a read model stands: at once, or, with `minPosition`, once it is there. Rows read after this answers hold at least what it
   * says; an inline read model is always at the head.
   *
   * @throws DomainError `not-yet-projected` (`as_of_position`, `head_position`) when it was not there within a few seconds.
   */
  async reach(name: string, minPosition = 0): Promise<Standing> {
    const { kind } = this.readModels.named(name);
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const [row] = await this.database.call<{ position: string; head: string }>(STANDING, [name]);
      const headPosition = Number(row?.head ?? 0);
      const asOfPosition = kind === 'inline' ? headPosition : Number(row?.position ?? 0);
      if (asOfPosition >= minPosition) return { asOfPosition, headPosition };
      if (performance.now() > deadline) throw notYet(name, minPosition, { asOfPosition, headPosition });
      await pause(LOOK_EVERY_MS);
    }
  }
}

function notYet(name: string, minPosition: number, { asOfPosition, headPosition }: Standing) {
  const message = `${name} is at position ${String(asOfPosition)}, not yet at ${String(minPosition)}.`;
  return refuse('not-yet-projected', message, { as_of_position: asOfPosition, head_position: headPosition });
}

const STANDING = {
  name: 'read_model_standing',
  text: 'select position, (select last_position from seal_state) as head from read_models where name = $1',
};
