import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../auth/access.js';

/** Whoever opens the service's address in a browser finds what it can do. */
@ApiExcludeController()
@Controller()
export class HomeController {
  @Get()
  @Public()
  @Redirect('/docs', 302)
  home(): void {
    // The answer is the redirect.
  }
}
