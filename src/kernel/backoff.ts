/** Beyond any limit there is; further ones would end in infinity. */
const MAX_DOUBLINGS = 1000;

/**
 * Seconds to wait after the n-th failed attempt: exponential and capped first, then spread by chance, so that those at the cap do not all
 * come back at once. `chance` is uniform in [0, 1). Source: Marc Brooker, "Exponential Backoff And Jitter" (2015), its "equal jitter".
 */
export function backoffSeconds(
  { base_seconds: base, max_seconds: max }: Readonly<{ base_seconds: number; max_seconds: number }>,
  failedCount: number,
  chance: number,
): number {
  const capped = Math.min(max, base * 2 ** Math.min(Math.max(0, failedCount - 1), MAX_DOUBLINGS));
  return capped * (0.5 + chance / 2);
}
