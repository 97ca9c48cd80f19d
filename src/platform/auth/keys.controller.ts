import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../http/command-from.js';
import { creationIn } from '../http/creation-cursor.js';
import { DescribeCommand, DescribeRead } from '../http/describe.js';
import { PageQuery, pageOf, type Page } from '../http/page.js';
import { IdParam } from '../http/params.js';
import { Allow } from './access.js';
import { ApiKeyStore } from './api-key-store.js';
import { CreateKeyRequest } from './create-key.request.js';
import { KeyPageResponse, type KeyResponse, NewKeyResponse } from './key.response.js';
import { KeyRing } from './key-ring.js';
import { keyOnWire } from './key-on-wire.js';
import { NewKeys } from './new-keys.js';

/** Keys, for those who may hand them out. */
@ApiTags('Operations')
@Controller('keys')
export class KeysController {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly keyRing: KeyRing,
    private readonly newKeys: NewKeys,
  ) {}

  /** Makes a key and shows it this once; kept is only its hash. */
  @Post()
  @Allow('admin')
  @DescribeCommand({
    summary: 'Make a key',
    description:
      'The key is shown in this answer only. A replay for the same Idempotency-Key answers with `key: null`: ' +
      'where the first answer was lost, revoke that key and make another.',
    answer: NewKeyResponse,
    status: 201,
  })
  create(@Body() request: CreateKeyRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.newKeys.create(request, context);
  }

  /** Lists the keys that are not revoked, oldest first. */
  @Get()
  @Allow('admin')
  @DescribeRead({ summary: 'List the keys', answer: KeyPageResponse })
  async list(@Query() { limit, after }: PageQuery, @CallerOf() caller: Caller): Promise<Page<KeyResponse>> {
    const rows = await this.keys.list(caller.tenantId, limit + 1, creationIn(after));
    const { items, next } = pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(keyOnWire), next };
  }

  /** Revokes a key at once. Fails with `key-not-found`, `last-admin-key`. */
  @Delete(':id')
  @Allow('admin')
  @DescribeCommand({ summary: 'Revoke a key', problems: ['key-not-found', 'last-admin-key'] })
  async revoke(@IdParam('id') id: string, @CommandFrom() context: CommandContext): Promise<Outcome | undefined> {
    const { caller, now, dryRun } = context;
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    await this.keyRing.revoke(caller.tenantId, id, now);
    return undefined;
  }
}
