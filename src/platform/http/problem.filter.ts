import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { refuse, type DomainError } from '../../kernel/domain-error.js';
import { problemAnswer } from './problem-document.js';
import { refusalOf } from './refusal-of.js';
import { correlationIdOf, instanceOf, pathOf } from './request-state.js';
import type { RouteTable } from './route-table.js';

/** Answers whatever is thrown with a problem document. What nobody foresaw goes to the log, not to the caller. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Sends the problem; where an answer has begun, such as a stream, all that is left is to break it off. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const correlationId = correlationIdOf(request);
    const refusal = this.refusalFor(error, request, correlationId);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const { status, headers, body } = problemAnswer(refusal, { instance: instanceOf(request), correlationId });
    void reply
      .status(status)
      .headers({ ...headers, 'x-correlation-id': correlationId, 'x-content-type-options': 'nosniff' })
      .send(body);
  }

  private refusalFor(error: unknown, request: FastifyRequest, correlationId: string): DomainError {
    const refusal = refusalOf(error);
    if (refusal === null) {
      this.logger.error({ err: error, correlation_id: correlationId }, 'A request failed.');
      return refuse('internal-error', `Something went wrong. The log has it under ${correlationId}.`);
    }
    if (refusal.code === 'service-unavailable') this.logger.warn({ err: error }, 'A request could not be served.');
    return refusal.code === 'not-found' ? this.absentOrWrongMethod(refusal, request) : refusal;
  }

  private absentOrWrongMethod(refusal: DomainError, { method, url }: FastifyRequest): DomainError {
    const allow = this.routes.methodsAt(pathOf(url));
    if (allow.length === 0 || allow.includes(method)) return refusal;
    return refuse('method-not-allowed', `This address takes ${allow.join(', ')}, not ${method}.`, { allow });
  }
}
