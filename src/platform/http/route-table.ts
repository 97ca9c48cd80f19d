/** Which methods an address takes. Asked only where no route matched, to tell a wrong method from a wrong address. */
export class RouteTable {
  private readonly routes: { steps: readonly string[]; method: string }[] = [];

  add(methods: string | readonly string[], path: string): void {
    const steps = stepsOf(path);
    for (const method of [methods].flat()) this.routes.push({ steps, method });
  }

  /** The methods of all routes that match the path; none where nothing is there. */
  methodsAt(path: string): readonly string[] {
    const steps = stepsOf(path);
    const matching = this.routes.filter((route) => matches(route.steps, steps));
    return [...new Set(matching.map(({ method }) => method))].sort();
  }
}

function stepsOf(path: string): readonly string[] {
  return path.replace(/\/$/, '').split('/');
}

function matches(pattern: readonly string[], steps: readonly string[]): boolean {
  return (
    pattern.length === steps.length &&
    pattern.every((step, index) => (step.startsWith(':') ? steps[index] !== '' : step === steps[index]))
  );
}
