/**
 * Counts a template's funnel from an exported timeline, without the service: `node scripts/funnel/main.ts FILE TEMPLATE`, where FILE is what
 * `npm run stageline -- export --out FILE` wrote. Prints what `GET /insights/funnel?template=TEMPLATE` should say of the same events.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { countFunnel, type ExportedEvent } from './count-funnel.ts';

const [file, template] = process.argv.slice(2);
if (file === undefined || template === undefined) {
  process.stderr.write('node scripts/funnel/main.ts FILE TEMPLATE\n');
  process.exitCode = 1;
} else {
  const events: ExportedEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) events.push(whatCounts(line));
  process.stdout.write(`${JSON.stringify(countFunnel(events, template), null, 2)}\n`);
}

/** A timeline may be long: what is not counted is let go of line by line. */
function whatCounts(line: string): ExportedEvent {
  const event = JSON.parse(line) as ExportedEvent;
  const { stream_id, stream_type, stream_version, event_type, to_stage } = event;
  const detail = event_type.startsWith('pipeline_run.') ? event.detail : {};
  return { stream_id, stream_type, stream_version, event_type, to_stage, detail };
}
