/** Says how far the run is, on standard error: standard output is for the table. */
export function progress(line) {
  process.stderr.write(`${line}\n`);
}
