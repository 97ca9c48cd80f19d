/** The environment a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Turns the text of a setting into its value; null when the text is not what was expected. */
type Parse<Value> = (text: string) => Value | null;

/** One setting: where it comes from, what it may be, and what it is when it was not given. */
export type Setting<Value> = Readonly<{
  variable: string;
  /** What a person may write, to finish the sentence "must be ...". */
  expected: string;
  /** Shown in the docs; a value that is worked out has it in words. */
  defaultText: string;
  /** A secret is never repeated, not even when it is wrong. */
  isSecret: boolean;
  parse: Parse<Value>;
  fallback: () => Value;
}>;

type Draft<Value> = Readonly<{ expected: string; parse: Parse<Value> }>;

/** A setting with a value of its own when it is not given. */
export function withDefault<Value>(variable: string, text: string, { expected, parse }: Draft<Value>): Setting<Value> {
  const value = parse(text);
  if (value === null) throw new Error(`The default of ${variable} must be ${expected}.`);
  return { variable, expected, parse, defaultText: text, isSecret: false, fallback: () => value };
}

/** A setting that is `undefined` when it is not given; `meaning` says what happens then. */
export function optionalSecret<Value>(
  variable: string,
  meaning: string,
  draft: Draft<Value>,
): Setting<Value | undefined> {
  return { variable, ...draft, defaultText: meaning, isSecret: true, fallback: () => undefined };
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): Draft<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : null;
    },
  };
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]): Draft<Word> {
  return { expected: listed(words, 'or'), parse: (text) => words.find((word) => word === text) ?? null };
}

/** One or more of a few words, separated by commas; each counts once. */
export function someOf<Word extends string>(words: readonly Word[]): Draft<readonly Word[]> {
  return {
    expected: `one or more of ${listed(words, 'and')}, separated by commas`,
    parse: (text) => {
      const given = text.split(',').map((word) => word.trim());
      const known = words.filter((word) => given.includes(word));
      return given.every((word) => known.some((name) => name === word)) ? known : null;
    },
  };
}

/** Any text of a certain shape. */
export function text(expected: string, isRight: (text: string) => boolean): Draft<string> {
  return { expected, parse: (given) => (isRight(given) ? given : null) };
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}
