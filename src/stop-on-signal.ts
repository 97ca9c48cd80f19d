/**
 * How a signal ends the process.
 *
 * The first one begins the stop: what was accepted is finished. One Ctrl-C under npm arrives twice, from the terminal and from npm, so what
 * follows within a second is the same wish. A later one is impatience and ends the process at once, as does a stop that takes too long: what
 * was acknowledged is in the database either way.
 */
const SAME_WISH_MS = 1_000;

/** After running requests had their time, closing the rest takes moments; longer means that something hangs. */
const CLOSING_MS = 10_000;

/** The log is written behind our back: ending by force would lose its last line. */
const LAST_WORDS_MS = 500;

/** Stops by `close` on SIGTERM or SIGINT and exits: with 0 when all was finished, else with 1. */
export function stopOnSignal(close: () => Promise<void>, patienceSeconds: number): void {
  let beganAt: number | null = null;
  const onSignal = (): void => {
    if (beganAt === null) {
      beganAt = performance.now();
      setTimeout(() => process.exit(1), patienceSeconds * 1000 + CLOSING_MS).unref();
      void closeAndExit(close);
    } else if (performance.now() - beganAt > SAME_WISH_MS) process.exit(1);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function closeAndExit(close: () => Promise<void>): Promise<void> {
  try {
    await close();
    process.exitCode = 0;
    setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
  } catch (error) {
    process.stderr.write(`Stopping failed: ${String(error)}\n`);
    process.exit(1);
  }
}
