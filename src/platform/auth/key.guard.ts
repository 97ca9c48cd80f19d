import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuse } from '../../kernel/domain-error.js';
import type { Caller, Role } from '../../kernel/command-context.js';
import type { RateLimit } from '../http/rate-limit.js';
import { knownCallerOf, rememberCaller } from '../http/request-state.js';
import { accessOf } from './access.js';
import { secretIn } from './api-key.js';
import type { KeyRing } from './key-ring.js';

/** Lets a request in by its key: known, allowed here, and not too often. Public handlers ask nothing. */
export class KeyGuard implements CanActivate {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly rateLimit: RateLimit,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler()) ?? [];
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    requireRole(knownCallerOf(request) ?? (await this.admit(request)), access);
    return true;
  }

  /**
   * Finds out who calls and counts the request, once; requests with a body come here before their body is read.
   *
   * @throws DomainError `unauthorized`, `too-many-requests`
   */
  async admit(request: FastifyRequest): Promise<Caller> {
    const caller = await this.authenticate(request.headers.authorization);
    rememberCaller(request, caller);
    this.rateLimit.count(caller.keyId, performance.now());
    return caller;
  }

  private async authenticate(authorization: string | undefined): Promise<Caller> {
    const secret = secretIn(authorization);
    if (secret === null) throw refuse('unauthorized', 'Send a valid key: Authorization: Bearer <key>.');
    const caller = await this.keyRing.callerOf(secret);
    if (caller === null) throw refuse('unauthorized', 'This key is not known here, or it was revoked.');
    return caller;
  }
}

function requireRole({ roles }: Caller, allowed: readonly Role[]): void {
  if (roles.includes('admin') || roles.some((role) => allowed.includes(role))) return;
  const who = [...new Set<Role>(['admin', ...allowed])];
  throw refuse('forbidden', `This takes a key with one of these roles: ${who.join(', ')}.`, { roles: who });
}
