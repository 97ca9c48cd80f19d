import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JsonValue } from '../../kernel/json.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { encrypt, newPersonKey } from '../../platform/personal-data/encryption.js';
import { PersonKeys } from '../../platform/personal-data/person-keys.js';
import type { CandidateEvent } from '../candidate.events.js';
import { candidateStream } from '../candidate-stream.js';
import { candidateOnWire, encryptedOnWire } from '../candidate/candidate-on-wire.js';
import { candidates, type CandidateRow } from '../candidate/candidate.projection.js';
import type { RegisterCandidateRequest } from './register-candidate.request.js';
import { newId } from '../../platform/new-id.js';

/** Register somebody who may apply. */
export class RegisterCandidate extends Command<Outcome> {
  constructor(
    readonly request: RegisterCandidateRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RegisterCandidate)
export class RegisterCandidateHandler implements ICommandHandler<RegisterCandidate> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly keys: PersonKeys,
  ) {}

  async execute({ request, context }: RegisterCandidate): Promise<Outcome> {
    const { dryRun, caller } = context;
    const id = newId();
    const key = newPersonKey();
    if (!dryRun) await this.keys.keep(caller.tenantId, id, key);
    return this.executor.execute(candidateStream, {
      streamId: id,
      isNew: true,
      command: { type: 'register_candidate', data: encrypted(request, id, key) },
      context,
      answer: (rows) => {
        const row = rows[candidates.name]?.get(id) as CandidateRow;
        // A dry run leaves no key to open its answer with, and no receipt that would keep it.
        const body = dryRun ? candidateOnWire(row, new Map([[id, key]])) : encryptedOnWire(row);
        return { kind: 'created', noun: 'candidate', location: `/candidates/${id}`, body, personId: id };
      },
    });
  }
}

function encrypted(request: RegisterCandidateRequest, id: string, key: Buffer): CandidateEvent['detail'] {
  const { name, email, phone, links, external_id = null } = request;
  const field = (of: string, value: JsonValue | undefined) =>
    value === undefined ? null : encrypt(key, id, of, value);
  return {
    name: encrypt(key, id, 'name', name),
    email: field('email', email),
    phone: field('phone', phone),
    links: field('links', links),
    external_id,
  };
}
