/** Reads page after page, from the beginning again at the end, for `seconds`; answers a round that counts events. */
export async function readPages({ seconds }, pageSize, readPage) {
  const began = performance.now();
  const pageMs = [];
  let count = 0;
  let after = 0;
  for (let now = began; now < began + seconds * 1000;) {
    const page = await readPage(after);
    count += page.count;
    after = page.count < pageSize ? 0 : page.next;
    const then = performance.now();
    pageMs.push(then - now);
    now = then;
  }
  pageMs.sort((one, other) => one - other);
  const elapsed = (performance.now() - began) / 1000;
  return {
    count,
    perSecond: count / elapsed,
    p99Ms: pageMs[Math.floor(pageMs.length * 0.99)],
  };
}
