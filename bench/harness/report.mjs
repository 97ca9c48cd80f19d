/** The tables of a run, in Markdown that also reads well in a terminal, and their place in docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMet } from './line.mjs';

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const BEGIN = '<!-- Written by `npm run bench -- --page`. -->';
const END = '<!-- Until here. -->';

/** Machines that nobody else uses differ less. */
const STEADY_PERCENT = 25;
const UNSTEADY =
  'Others used the machine meanwhile: rates and ratios are rough, and what an operation costs in processor time is the better guide.';

const HEAD = ['measured', 'ours', 'beside', 'theirs', 'ratio', 'spread', 'required', 'met', 'cpu µs'];

/** Everything a run says. */
export function tables({ lines, noise, machine, pace, names, seconds }) {
  return [
    `A ${pace.name} run of ${names.join(', ')}: ${pace.rounds} rounds of ${pace.seconds} s for each contestant, ${Math.round(seconds)} s in all.`,
    `${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}, Node ${machine.node}, PostgreSQL ${machine.postgres}, ` +
      `fsync and synchronous_commit on; load average before it began ${machine.load.toFixed(1)}.`,
    '',
    ...aligned([HEAD, ...lines.map(cells)]),
    '',
    `Machine noise, by the same bare INSERT with 8 callers at the beginning, between the parts and at the end: ` +
      `${noise.map((rate) => number(rate)).join(', ')} a second, ${spreadPercent(noise)} % between the slowest and the fastest.`,
    ...(spreadPercent(noise) > STEADY_PERCENT ? [UNSTEADY] : []),
  ].join('\n');
}

/** Puts the tables where the page keeps them. */
export function writePage(run) {
  const page = readFileSync(PAGE, 'utf8');
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  if (begin < BEGIN.length || end < begin) throw new Error('docs/performance.md lost the place of its tables.');
  writeFileSync(PAGE, `${page.slice(0, begin)}\n\n${tables(run)}\n\n${page.slice(end)}`);
}

function cells(line) {
  const { measured, ours, theirs, unit, peer, ratio, spread, required, cpu } = line;
  const met = isMet(line);
  return [
    measured,
    `${number(ours)} ${unit}`,
    peer,
    `${number(theirs)} ${unit}`,
    number(ratio),
    spread.map((edge) => number(edge)).join(' to '),
    requirement(required),
    met === null ? '' : met ? 'yes' : 'no',
    cpu
      .filter((micros) => micros !== null)
      .map(Math.round)
      .join(' / '),
  ];
}

function requirement(required) {
  if (required === undefined) return '';
  if (required.above !== undefined) return `> ${required.above}`;
  return required.atMost === undefined ? `>= ${required.atLeast}` : `<= ${required.atMost}`;
}

function aligned(rows) {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const text = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...rest] = rows;
  return [text(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest.map(text)];
}

/** Three digits say all that a measurement knows. */
function number(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

function spreadPercent(values) {
  return Math.round((Math.max(...values) / Math.min(...values) - 1) * 100);
}
