/**
 * Lets `callers` callers work for `seconds`, each one thing after the other, and answers what they did. `work(caller)` does
 * one operation. A failed operation fails the round: a rate of errors is no speed.
 */
export async function runCallers({ callers, seconds }, work) {
  const latencies = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  const oneCaller = async (_, caller) => {
    for (let now = performance.now(); now < until;) {
      await work(caller);
      const then = performance.now();
      latencies.push(then - now);
      now = then;
    }
  };
  await Promise.all(Array.from({ length: callers }, oneCaller));
  return roundOf(latencies, (performance.now() - began) / 1000);
}

/** What a round comes to. */
export function roundOf(latencies, seconds) {
  latencies.sort((one, other) => one - other);
  const count = latencies.length;
  const quantile = (share) => latencies[Math.min(count - 1, Math.floor(count * share))] ?? Number.NaN;
  return {
    count,
    perSecond: count / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}
