import { type Answer, type Person, type Problem, type Request, send } from './client.ts';
import type { Pen } from './pen.ts';

/** One thing somebody does, and what has to come back. `does` finishes the sentence begun by their name. */
export type Step<Body> = Readonly<{
  does: string;
  request: Request;
  /** Defaults to 200. */
  status?: number;
  /** What came back, in a few words. */
  hears: (body: Body, headers: Headers) => string;
}>;

/** One thing that the service has to refuse, with this code; `adds` says more than the refusal's own words. */
export type Refused<Body> = Readonly<{
  does: string;
  request: Request;
  status: number;
  code: string;
  adds?: (body: Body) => string;
}>;

/** The service answered otherwise than the story goes. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
}

const WHAT_WIDTH = 74;

/** Plays steps against the service and writes one line for each. */
export class Storyteller {
  readonly url: string;
  readonly pen: Pen;
  private told = 0;
  private commands = 0;

  constructor(url: string, pen: Pen) {
    this.url = url;
    this.pen = pen;
  }

  /** How many requests asked for a change, refused ones included. */
  get commandCount(): number {
    return this.commands;
  }

  chapter(title: string): void {
    this.pen.heading(title);
  }

  /** Does the step and answers what came back. Throws `UnexpectedAnswerError` when the status is another. */
  async step<Body>(person: Person, { does, request, status = 200, hears }: Step<Body>): Promise<Body> {
    const answer = await this.ask<Body>(person, does, request);
    if (answer.status !== status) throw this.unexpected(person, does, String(status), answer);
    this.tell(person, does, this.pen.ink('green', String(status)), hears(answer.body, answer.headers));
    return answer.body;
  }

  /** Does what has to be refused. Throws `UnexpectedAnswerError` when it is not, or for another reason. */
  async refused<Body extends Problem>(person: Person, refused: Refused<Body>): Promise<void> {
    const { does, request, status, code, adds = () => '' } = refused;
    const answer = await this.ask<Body>(person, does, request);
    const { body } = answer;
    if (answer.status !== status || body.code !== code) {
      throw this.unexpected(person, does, `${String(status)} ${code}`, answer);
    }
    const refusal = this.pen.ink('yellow', `${String(status)} ${code}`);
    this.tell(person, does, refusal, `${body.detail} ${adds(body)}`.trimEnd());
  }

  private ask<Body>(person: Person, does: string, request: Request): Promise<Answer<Body>> {
    this.told += 1;
    if (request.body !== undefined || request.method === 'DELETE') this.commands += 1;
    return send<Body>(this.url, person, request).catch((error: unknown) => {
      throw new UnexpectedAnswerError(`${this.nameOf(person, does)}: no answer (${String(error)}).`);
    });
  }

  private tell({ name }: Person, does: string, status: string, heard: string): void {
    const number = this.pen.ink('dim', String(this.told).padStart(3));
    this.pen.line(`${number}  ${`${name} ${does}`.padEnd(WHAT_WIDTH)}  ${status}  ${heard}`);
  }

  private unexpected(person: Person, does: string, expected: string, { status, body }: Answer<unknown>) {
    const problem = body as Partial<Problem> | null;
    const refusal = problem?.code === undefined ? '' : ` ${problem.code}: ${problem.detail ?? ''}`;
    const trace = problem?.correlation_id === undefined ? '' : ` (correlation id ${problem.correlation_id})`;
    const came = `the service answered ${String(status)}${refusal}${trace}`;
    return new UnexpectedAnswerError(`${this.nameOf(person, does)}: expected ${expected}, but ${came}`);
  }

  private nameOf({ name }: Person, does: string): string {
    return `Step ${String(this.told)}, "${name} ${does}"`;
  }
}
