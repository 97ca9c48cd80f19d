import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ReadModels } from './read-models.js';
import { newId } from '../new-id.js';

/** The rows of a read model were built by newer software than this: an older process would write older rows among them. */
export class OlderSoftwareError extends Error {
  override readonly name = 'OlderSoftwareError';

  constructor(name: string, version: number, built: number) {
    super(
      `The projection ${name} was built in version ${String(built)}; this software knows version ${String(version)}. ` +
        'Start the newer software, or restore a backup from before the upgrade.',
    );
  }
}

/** Holds the projections of this software against the rows that are there. */
@Injectable()
export class BuiltVersions {
  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
  ) {}

  /** Asks for a rebuild of each read model that was built in a lower version, or never. @throws OlderSoftwareError */
  async review(): Promise<void> {
    for (const { projection } of this.readModels.all()) {
      const { name, version } = projection;
      const [row] = await this.database.call<{ built: number | null }>(KNOW, [name, version, newId()]);
      const built = row?.built ?? 0;
      if (built > version) throw new OlderSoftwareError(name, version, built);
    }
  }
}

const KNOW = { name: 'know_read_model', text: 'select know_read_model($1, $2, $3) as built' };
