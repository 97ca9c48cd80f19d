import { styleText } from 'node:util';

type Output = Readonly<{ isTTY?: boolean; write: (text: string) => unknown }>;
type Ink = 'bold' | 'dim' | 'green' | 'yellow';

/** Writes the account: plain text, coloured only for a person at a terminal who did not ask for NO_COLOR. */
export type Pen = Readonly<{
  line: (text?: string) => void;
  heading: (text: string) => void;
  ink: (ink: Ink, text: string) => string;
}>;

/** A pen for one output. */
export function penFor(output: Output, env: Readonly<Record<string, string | undefined>>): Pen {
  const isColoured = output.isTTY === true && (env['NO_COLOR'] ?? '') === '';
  const ink = (name: Ink, text: string): string =>
    isColoured ? styleText(name, text, { validateStream: false }) : text;
  const line = (text = ''): void => {
    output.write(`${text}\n`);
  };
  return { line, ink, heading: (text) => line(`\n${ink('bold', text)}`) };
}

/** Rows as aligned columns under their titles; the last column is as wide as it likes. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = titles.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(({ length }) => length)),
  );
  const aligned = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [aligned(titles), widths.map((count) => '-'.repeat(count)).join('  '), ...rows.map(aligned)];
}
