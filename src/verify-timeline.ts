/** `stageline verify`: asks a running service to recompute every hash of its timeline. */
import { CommandError } from './command-error.js';
import { ask } from './service-client.js';

type Verdict = Readonly<{
  valid: boolean;
  checked_events: number;
  checked_seals: number;
  finding: Readonly<{ kind: string; message: string; position: number }> | null;
}>;

/** Answers what to print. Throws `CommandError` naming what is wrong. */
export async function verifyTimeline(): Promise<string> {
  const verdict = await ask<Verdict>(process.env, 'POST', '/audit/verify');
  const { valid, checked_events: events, checked_seals: seals, finding } = verdict;
  const checked = `${String(events)} events under ${String(seals)} seals`;
  if (valid) return `Nothing was changed: ${checked}.\n`;
  const what = `at position ${String(finding?.position)}: ${finding?.message ?? 'no reason given'}`;
  const before = `Before it, ${checked} are as they were made.`;
  if (finding?.kind === 'unknown-key')
    throw new CommandError(`Verified only in part, ${what} ${before}\n${UNKNOWN_KEY}`);
  throw new CommandError(`Something was changed, ${what} ${before}`);
}

const UNKNOWN_KEY = `This alone is no sign of a change. Is the key one of yours, of another process or from before a data dir was lost? Then start the
service with its id in STAGELINE_TRUSTED_KEYS and verify again; give all processes that seal the same STAGELINE_SEALING_KEY.
Is it not yours? Then somebody else has sealed: what follows proves nothing.`;
