import type { QueryBus } from '@nestjs/cqrs';
import type { CommandExecutor } from '../../src/platform/event-store/command-executor.js';
import { RunExecutor } from '../../src/runs/commands/run-executor.js';
import { noPolicy } from './run-story.js';

/** Commands on runs where no policy says anything. */
export function runExecutor(executor: CommandExecutor): RunExecutor {
  return new RunExecutor(executor, { execute: () => Promise.resolve(noPolicy) } as unknown as QueryBus);
}
