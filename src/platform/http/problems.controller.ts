import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { refuse } from '../../kernel/domain-error.js';
import { Public } from '../auth/access.js';
import { DescribeProblems } from './describe.js';
import { errorCodes, isErrorCode } from './problems.js';
import { problemPage, problemsPage } from './problems-page.js';

const HTML = 'text/html; charset=utf-8';

/** The pages that `type` of a problem document points at. */
@ApiTags('Operations')
@Controller('problems')
export class ProblemsController {
  /** Lists every kind of problem, for people. */
  @Get()
  @Public()
  @Header('Content-Type', HTML)
  @ApiOperation({ summary: 'List what can go wrong' })
  @ApiResponse({ status: 200, description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } })
  @DescribeProblems('invalid-input')
  list(): string {
    return problemsPage();
  }

  /** Explains one kind of problem, for people: what the `type` of a problem document points at. */
  @Get(':code')
  @Public()
  @Header('Content-Type', HTML)
  @ApiOperation({ summary: 'Explain one code' })
  @ApiParam({ name: 'code', schema: { type: 'string', enum: [...errorCodes] } })
  @ApiResponse({ status: 200, description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } })
  @DescribeProblems('invalid-input', 'not-found')
  read(@Param('code') code: string): string {
    if (!isErrorCode(code)) throw refuse('not-found', 'There is no such code. /problems lists them all.');
    return problemPage(code);
  }
}
