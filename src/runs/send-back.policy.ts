import type { SendBack } from './run.events.js';

/** Whether nothing in particular is sent back: then it is all of the stage. */
export function isWholeStage(sendBack: SendBack | null | undefined): boolean {
  return sendBack?.milestones === undefined && sendBack?.nodes === undefined;
}
