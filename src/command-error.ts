/** It cannot be done; the message says why and what to do. `exitCode` is what the process ends with. Defaults to 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, { cause, exitCode = 1 }: Readonly<{ cause?: unknown; exitCode?: number }> = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
