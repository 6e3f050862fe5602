// Closes and proves a session: SessionClosed with the hash over the folder's files, then the excerpt of the ledger
// and the public key beside the recordings. Checking them is verify-session.ts's.
import fs from 'node:fs/promises';
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';
import type { Body, CheckpointMessage } from '../../protocols/hq/messages.ts';
import type { SessionProver } from '../ledger-store.ts';
import { maxRead, type Entry, type Ledger } from '../ledger/ledger.ts';
import { encodeCheckpointLine, encodeEntryLine, encodeFilesLine } from './excerpt.ts';
import {
  excerptFile,
  filesSha256,
  proofTemporarySuffix,
  publicKeyFile,
  sessionFiles,
} from './session-files.ts';

/**
 * The prover of `ledger` for folders below `dataFolder`. `prove` rejects with PROOF_NOT_CLOSED when no signed
 * checkpoint follows the session's close yet. Each step may be repeated after a crash.
 */
export function sessionProver(
  ledger: Pick<Ledger, 'read' | 'head' | 'key'>,
  dataFolder: string,
): SessionProver {
  return {
    enterClosed: async (folded, lastJournalRecord, append) => {
      const { session, segments, gaps, bytes, folder, entryCount, uptoSeq } = folded;
      const filesHash = filesSha256(await sessionFiles(path.join(dataFolder, folder)));
      const counts = { segments, gaps, bytes, entryCount, uptoSeq };
      const value = { session, lastJournalRecord, ...counts, filesSha256: filesHash };
      await append({ case: 'sessionClosed', value });
    },
    // The excerpt is renamed into place last.
    hasProof: ({ folder }) => exists(path.join(dataFolder, folder, excerptFile)),
    prove: async ({ session, folder }) => {
      const absolute = path.join(dataFolder, folder);
      const { entries, checkpoint } = await excerpt(ledger, session);
      // Made anew, not remembered: if the folder has changed since the close, verify says so.
      const lines = [
        encodeFilesLine(await sessionFiles(absolute)),
        ...entries.map(({ raw, body }) =>
          encodeEntryLine(shows(session, body) ? raw : { ...raw, body: new Uint8Array() }),
        ),
        encodeCheckpointLine(checkpoint),
      ];
      await writeSynced(path.join(absolute, publicKeyFile), ledger.key.publicKeyPem);
      await writeSynced(path.join(absolute, excerptFile), `${lines.join('\n')}\n`);
    },
  };
}

/** Whether an excerpt for `session` shows the body: its own entries, signatures and keys. Other rooms' stay closed. */
function shows(session: string, body: Body | undefined): boolean {
  if (body === undefined) return false;
  if (body.case === 'checkpoint' || body.case === 'boxStarted') return true;
  return 'session' in body.value && body.value.session === session;
}

/** From SessionOpened to the entry that the first checkpoint after SessionClosed signs. */
async function excerpt(
  ledger: Pick<Ledger, 'read' | 'head'>,
  session: string,
): Promise<{ entries: readonly Entry[]; checkpoint: CheckpointMessage }> {
  // Backwards page by page, so that a box with years behind it reads only what the session lasted.
  let entries: Entry[] = [];
  let from = ledger.head.seq + 1n;
  let opened = -1;
  while (opened < 0 && from > 1n) {
    const before = from;
    from = before > BigInt(maxRead) ? before - BigInt(maxRead) : 1n;
    entries = [...(await ledger.read(from, Number(before - from))), ...entries];
    opened = find(entries, session, 'sessionOpened');
  }
  entries = entries.slice(Math.max(opened, 0));
  const closedAt = find(entries, session, 'sessionClosed');
  const closedSeq = entries[closedAt]?.header.seq;
  if (opened >= 0 && closedSeq !== undefined) {
    for (const { body } of entries.slice(closedAt)) {
      if (body?.case !== 'checkpoint' || body.value.uptoSeq < closedSeq) continue;
      const checkpoint = body.value;
      return { entries: entries.filter(({ header }) => header.seq <= checkpoint.uptoSeq), checkpoint };
    }
  }
  throw new LiuhenError('PROOF_NOT_CLOSED', { session });
}

function find(entries: readonly Entry[], session: string, what: Body['case']): number {
  return entries.findIndex(
    ({ body }) => body?.case === what && 'session' in body.value && body.value.session === session,
  );
}

/** Written beside, synced, renamed, and the folder synced: there is the whole file or none. */
async function writeSynced(file: string, text: string): Promise<void> {
  const temporary = `${file}${proofTemporarySuffix}`;
  const handle = await fs.open(temporary, 'w', 0o640);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(temporary, file);
  const folder = await fs.open(path.dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.access(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
