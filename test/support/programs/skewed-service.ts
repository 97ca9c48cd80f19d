/** The service with a clock that goes wrong by so many milliseconds; its settings as service.ts takes them. */
const skewMs = Number(process.argv[3]);
const TrueDate = Date;

class SkewedDate extends TrueDate {
  constructor(...parts: [] | [number | string | Date]) {
    if (parts.length === 0) super(TrueDate.now() + skewMs);
    else super(...parts);
  }

  static override now(): number {
    return TrueDate.now() + skewMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
await import('./service.js');
