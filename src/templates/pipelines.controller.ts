import { Body, Controller, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { CommandContext, Outcome } from '../kernel/command-context.js';
import { Allow } from '../platform/auth/access.js';
import { CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { NoQuery } from '../platform/http/no-query.request.js';
import { PublishTemplateContent } from './commands/publish-template.js';
import { PipelineRequest } from './graph.request.js';
import { invalidTemplate } from './template.decider.js';
import { examinePipeline } from './template-examination.js';
import { pipelineOrder } from './pipeline-template.policy.js';
import { PipelineExaminationResponse, TemplateResponse } from './template/template.response.js';

@ApiTags('Templates')
@Controller('pipelines')
export class PipelinesController {
  constructor(private readonly commands: CommandBus) {}

  /**
   * Publishes a graph as the next version of a template with one stage, `main`, that begins with the run and is over with the graph. Otherwise as
   * POST /templates. Fails with `invalid-template` (`errors`), whose paths point into what was sent.
   */
  @Post()
  @Allow('operator')
  @ApiBody({ type: PipelineRequest })
  @DescribeCommand({
    summary: 'Publish a graph as a pipeline',
    answer: TemplateResponse,
    status: 201,
    orOk: true,
    problems: ['invalid-template'],
  })
  publish(@Body() sent: unknown, @CommandFrom() context: CommandContext): Promise<Outcome> {
    const { content, errors } = examinePipeline(sent);
    if (errors.length > 0) throw invalidTemplate(errors);
    return this.commands.execute(new PublishTemplateContent(content, context));
  }

  /** Says what is wrong with a graph, what is odd, and in which order its nodes would run, without publishing it. */
  @Post('validate')
  @HttpCode(200)
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @ApiBody({ type: PipelineRequest })
  @DescribeRead({
    summary: 'Validate a graph as a pipeline',
    answer: PipelineExaminationResponse,
    problems: ['payload-too-large', 'unsupported-media-type'],
  })
  validate(@Body() sent: unknown, @Query() _query: NoQuery): PipelineExaminationResponse {
    const { content, errors, warnings } = examinePipeline(sent);
    const valid = errors.length === 0;
    return { valid, errors, warnings, execution_order: valid ? pipelineOrder(content) : [] };
  }
}
