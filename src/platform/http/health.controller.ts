import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { refuse } from '../../kernel/domain-error.js';
import { Public } from '../auth/access.js';
import { DescribeProblems } from './describe.js';
import { HealthResponse, ReadinessResponse } from './health.response.js';
import { ReadinessChecks } from './readiness-checks.js';
import { Shutdown } from './shutdown.js';

/** What whoever runs the service asks it every few seconds. */
@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: ReadinessChecks,
    private readonly shutdown: Shutdown,
  ) {}

  /** Says that the process runs, whatever the database does. */
  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Say whether the process runs' })
  @ApiResponse({ status: 200, type: HealthResponse })
  @DescribeProblems('invalid-input')
  live(): HealthResponse {
    return { status: 'live' };
  }

  /** Says that requests will be served well. Fails with `service-unavailable` and the checks. */
  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Say whether requests will be served' })
  @ApiResponse({ status: 200, type: ReadinessResponse })
  @DescribeProblems('invalid-input', 'service-unavailable')
  async ready(): Promise<ReadinessResponse> {
    const checks = [...(await this.checks.run()), { name: 'accepting', ok: !this.shutdown.signal.aborted }];
    const failed = checks.filter(({ ok }) => !ok).map(({ name }) => name);
    if (failed.length > 0) throw refuse('service-unavailable', `Not ready: ${failed.join(', ')}.`, { checks });
    return { status: 'ready', checks };
  }
}
