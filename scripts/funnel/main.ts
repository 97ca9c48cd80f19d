/**
 * Counts a template's funnel from an exported timeline, without the service: `node scripts/funnel/main.ts FILE TEMPLATE`, where FILE is what
 * `npm run stageline -- export --out FILE` wrote. Prints what `GET /insights/funnel?template=TEMPLATE` should say of the same events.
 */
import { readFileSync } from 'node:fs';
import { countFunnel, type ExportedEvent } from './count-funnel.ts';

const [file, template] = process.argv.slice(2);
if (file === undefined || template === undefined) {
  process.stderr.write('node scripts/funnel/main.ts FILE TEMPLATE\n');
  process.exitCode = 1;
} else {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const events = lines.map((line) => JSON.parse(line) as ExportedEvent);
  process.stdout.write(`${JSON.stringify(countFunnel(events, template), null, 2)}\n`);
}
