import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { ErrorCode } from '../../kernel/domain-error.js';
import { DryRunResponse } from './dry-run.response.js';
import { commandHeaders, correlationHeader, versionHeaders } from './header-docs.js';
import { PROBLEM_MEDIA_TYPE } from './problem-document.js';
import { ProblemResponse } from './problem.response.js';
import { problems } from './problems.js';

type Described = Readonly<{
  /** One line, as it stands in a list of routes. */
  summary: string;
  description?: string;
  /** Codes of this route; those every route may answer are added. */
  problems?: readonly ErrorCode[];
}>;

/** `answer` is the class of the body; a command without one answers 204 and nothing. */
export type CommandDescription = Described &
  Readonly<{
    answer?: Type;
    status?: 200 | 201 | 202;
    /** Also answers 200, such as for what is already there. */
    orOk?: true;
  }>;

/** Without `answer` the body is text, such as a stream of events. */
export type ReadDescription = Described &
  Readonly<{ answer?: Type; /** Media type, where it is not JSON. */ produces?: string }>;

const commands = new WeakSet<object>();

/** Says whether a handler was described with `DescribeCommand`: it returns an `Outcome`. */
export function isCommand(handler: object): boolean {
  return commands.has(handler);
}

/**
 * Describes a handler that changes something, and gives it all that commands share: it returns an `Outcome`, takes
 * the headers of the conventions and answers once per idempotency key.
 */
export function DescribeCommand(described: CommandDescription): MethodDecorator {
  const { answer, status = 200, orOk } = described;
  return applyDecorators(
    markCommand,
    HttpCode(answer === undefined ? 204 : status),
    ApiOperation(operation(described)),
    ...(answer === undefined ? withoutAnswer : answers(answer, status, orOk === true)),
    ...commandHeaders.map((header) => ApiHeader(header)),
    ApiQuery({ name: 'dry_run', required: false, schema: { type: 'boolean', default: false }, description: dryRun }),
    secured([...commandProblems, ...(described.problems ?? [])]),
  );
}

/** Describes a handler that only reads. */
export function DescribeRead(described: ReadDescription): MethodDecorator {
  const { answer, produces } = described;
  const body = answer === undefined ? { schema: { type: 'string' } } : { type: answer };
  return applyDecorators(
    ApiOperation(operation(described)),
    ApiResponse({ status: 200, description: 'As asked.', ...body, headers: versionHeaders }),
    ...(produces === undefined ? [] : [ApiProduces(produces)]),
    ApiHeader(correlationHeader),
    secured([...readProblems, ...(described.problems ?? [])]),
  );
}

/** Says how a handler without a key may refuse. */
export function DescribeProblems(...codes: readonly ErrorCode[]): MethodDecorator {
  return applyDecorators(ApiExtraModels(ProblemResponse), ...problemResponses(codes));
}

const dryRun = 'Decide and answer, but store nothing.';
const withoutAnswer = [
  ApiExtraModels(DryRunResponse),
  ApiResponse({ status: 204, description: 'Done.' }),
  ApiResponse({
    status: 200,
    description: 'What a dry run would do.',
    schema: { $ref: getSchemaPath(DryRunResponse) },
  }),
];
const readProblems: readonly ErrorCode[] = [
  'invalid-input',
  'unauthorized',
  'forbidden',
  'too-many-requests',
  'internal-error',
  'service-unavailable',
];
const commandProblems: readonly ErrorCode[] = [
  ...readProblems,
  'command-in-progress',
  'idempotency-key-reused',
  'payload-too-large',
  'unsupported-media-type',
  'stale-version',
];

const markCommand: MethodDecorator = (_target, _name, descriptor) => {
  commands.add(descriptor.value as object);
};

function operation({ summary, description }: Described) {
  return description === undefined ? { summary } : { summary, description };
}

function answers(answer: Type, status: number, orOk: boolean): MethodDecorator[] {
  const plain = { $ref: getSchemaPath(answer) };
  const dry = { $ref: getSchemaPath(DryRunResponse) };
  const okSchema = status === 200 || orOk ? { anyOf: [plain, dry] } : dry;
  const okDescription = status === 200 || orOk ? 'Done, or what a dry run would do.' : 'What a dry run would do.';
  const ok = ApiResponse({ status: 200, description: okDescription, schema: okSchema, headers: versionHeaders });
  const models = ApiExtraModels(answer, DryRunResponse);
  if (status === 200) return [models, ok];
  return [models, ok, ApiResponse({ status, description: 'Done.', schema: plain, headers: versionHeaders })];
}

function secured(codes: readonly ErrorCode[]): MethodDecorator {
  return applyDecorators(ApiBearerAuth(), ApiExtraModels(ProblemResponse), ...problemResponses(codes));
}

function problemResponses(codes: readonly ErrorCode[]): MethodDecorator[] {
  const byStatus = Object.groupBy(new Set(codes), (code) => String(problems[code].status));
  return Object.entries(byStatus).map(([status, ofStatus = []]) =>
    ApiResponse({
      status: Number(status),
      description: ofStatus.map((code) => `\`${code}\`: ${problems[code].title}.`).join('\n\n'),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: getSchemaPath(ProblemResponse) } } },
    }),
  );
}
