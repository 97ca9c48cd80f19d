/** A signal that is made when somebody looks at it: most runners never do, and one for each of thousands of jobs is a price worth saving. */
export type LateSignal = Readonly<{ isAborted: () => boolean; abort: () => void; signal: () => AbortSignal }>;

/** `onAbort` is called once. */
export function lateSignal(onAbort: () => void): LateSignal {
  let controller: AbortController | null = null;
  let isAborted = false;
  return {
    isAborted: () => isAborted,
    abort: () => {
      if (isAborted) return;
      isAborted = true;
      controller?.abort();
      onAbort();
    },
    signal: () => {
      controller ??= new AbortController();
      if (isAborted) controller.abort();
      return controller.signal;
    },
  };
}
