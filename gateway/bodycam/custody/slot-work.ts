// What is done for a device in a slot: asked who it is, its card listed and copied, each clip entered, receipted and
// erased. Each step says what came of it; which one comes next is custody-machine.ts's.
import { isLiuhenError } from '../../../config/errors.ts';
import type { Clip } from '../../../protocols/dock/messages.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import { contentOf, frameClips, listCard, type CardClip, type CardListing } from './card-listing.ts';
import type { ClipToCopy } from '../copying/clip-copy.ts';
import { hasCode } from '../copying/clip-disk.ts';
import { clipEntry, type ClipPlace } from './clip-entry.ts';
import type { CopyOutcome } from '../copying/clip-outcome.ts';
import { lookInto } from '../copying/clip-scan.ts';
import { clipTimes } from './clip-times.ts';
import type { SlotInput, Standing } from './custody-machine.ts';
import { receiptBody, writeReceipt } from './custody-receipt.ts';
import { askPassing, endDiskMode, prepareDevice } from './device-talk.ts';
import { dockedBody, unwatchedOf, type SlotTold } from './docking-entries.ts';
import { frameDisk, frameRoot } from './frame-card.ts';
import type { SafeClip } from './offload-book.ts';
import { clipFolder, makeFolder } from './store-folder.ts';
import type { DockedClip, SlotParts, Docking } from './slot-parts.ts';

/** The steps of one docking. Each rejects as the dock, the kernel's lists or the disk do. */
export class SlotWork {
  readonly #parts: SlotParts;
  readonly #docking: Docking;
  readonly #answer: (input: SlotInput) => void;
  /** What the ledger says already of this slot. */
  readonly #told: SlotTold;

  constructor(parts: SlotParts, docking: Docking, told: SlotTold, answer: (input: SlotInput) => void) {
    this.#parts = parts;
    this.#docking = docking;
    this.#told = told;
    this.#answer = answer;
  }

  async identify(): Promise<void> {
    const { dock, lookUp } = this.#parts;
    const docking = this.#docking;
    const info = await dock.ask('deviceInfo', { at: docking.ref });
    docking.serial = info.serial;
    docking.deviceOfficer = `${info.officerNumber} ${info.officerName}`.trim();
    docking.found = lookUp.find(info.serial);
    const double = this.#parts.isDouble(info.serial);
    const standing: Standing = double ? 'double' : docking.found.standing;
    docking.found = { ...docking.found, standing };
    // First, whatever the ledger says: the other one is being read.
    if (double) this.#parts.stopDoubles(info.serial);
    if (standing !== 'ours') await this.#enterDocked(standing);
    this.#answer({ on: 'identified', device: docking.found.device, standing });
  }

  async prepare(): Promise<void> {
    const { dock, log, dockId, now } = this.#parts;
    const docking = this.#docking;
    await endDiskMode(dock, docking.ref, docking.ending.signal);
    docking.facts = await prepareDevice(dock, docking.ref, now, (error) =>
      log.warn('a clock was not set', { dock: dockId, serial: docking.serial, error: error as Error }),
    );
    await this.#enterDocked('ours');
    this.#answer({ on: 'prepared' });
  }

  async list(): Promise<void> {
    const { dock, places, book, appendSure, lookUp, listed: tellListed } = this.#parts;
    const docking = this.#docking;
    docking.diskMode = true;
    const { signal } = docking.ending;
    const where = places === undefined ? {} : { places };
    const listing = await listCard({ dock, at: docking.ref, serial: docking.serial, signal, ...where });
    if (signal.aborted) return;
    if (listing.state === 'fault') return this.#answer({ on: 'fault', why: listing.why });
    const { serial } = docking;
    const { clips, missing, unseen, faults, writable } =
      listing.state === 'frames' ? this.#framed(listing.listed) : listing;
    // Whoever mounts cards has them mounted so that others can change them while they are evidence.
    if (writable) this.tell('writable', '');
    const measures = book.measures(serial);
    const docked = (clip: CardClip): DockedClip => {
      const times = clipTimes(clip.beginDeviceMs, clip.endDeviceMs, measures);
      const officer = lookUp.holder(serial, times.beginWallMs, times.endWallMs);
      return { place: this.place(), clip, times, officer };
    };
    for (const clip of clips) {
      docking.clips.set(clip.id, docked(clip));
      docking.roots.add(clip.root);
    }
    // What its card does not show is on it all the same, and due.
    tellListed(serial, [...docking.clips.values(), ...frameClips('', unseen).map(docked)]);
    if (faults > 0) this.tell('not-whole', '', String(faults));
    const there = new Set([...clips, ...missing].map(({ id }) => id));
    const gone = new Map<string, SafeClip>();
    for (const safe of book.unerased(serial)) {
      const key = `${safe.sha256} ${safe.clip}`;
      // One that lies there in two files is one clip: the file that has its receipt speaks for it.
      if (!there.has(safe.clip) && (gone.get(key)?.receipt ?? '') === '') gone.set(key, safe);
    }
    for (const safe of gone.values()) {
      // Erased by us, and the answer was lost; or by somebody else, before it had its receipt.
      if (safe.receipt === '') this.tell('gone-before', safe.clip);
      else appendSure(this.#erasedBody(safe));
    }
    this.#answer({
      on: 'listed',
      clips: [
        ...clips.map(({ id, listed, bytes }) => ({
          clip: id,
          stays: listed === null ? 'not-listed' : Number(listed.sizeBytes) === bytes ? '' : 'size-differs',
          missing: false,
        })),
        ...missing.map(({ id }) => ({ clip: id, stays: '', missing: true })),
      ],
    });
  }

  #framed(
    listed: readonly Clip[],
  ): Pick<Extract<CardListing, { state: 'listed' }>, 'clips' | 'missing' | 'unseen' | 'faults' | 'writable'> {
    const { dock, dockId, frames } = this.#parts;
    const { ref } = this.#docking;
    const root = frameRoot(dockId, ref);
    // What stood in this slot before is not read any more; one that was done has been dropped by nobody.
    const slot = root.slice(0, root.lastIndexOf('/') + 1);
    for (const each of frames.keys()) if (each.startsWith(slot)) frames.delete(each);
    const clips = frameClips(root, listed);
    frames.set(root, frameDisk(dock, ref, clips));
    // What it lists twice by one name is nobody's.
    const missing = listed.filter(({ id }) => !clips.some((each) => each.id === id));
    return { clips, missing, unseen: missing, faults: 0, writable: false };
  }

  async copy(id: string): Promise<void> {
    const { log, storeIsThere } = this.#parts;
    const docking = this.#docking;
    const docked = docking.clips.get(id);
    if (!docked) return;
    const { root, path, bytes, modifiedMs, listed } = docked.clip;
    let store: string;
    try {
      // A disk that nobody has mounted: its empty folder is no store.
      if (!(await storeIsThere())) return this.#answer({ on: 'fault', why: 'no-store' });
      const below = clipFolder(docking.found?.device ?? '', modifiedMs, this.#parts.timezone);
      store = await makeFolder(this.#parts.storeFolder, below);
    } catch (error) {
      if (!hasCode(error, 'ENOSPC', 'EDQUOT')) {
        // Not mounted, not writable: no clip's fault, and as soon as it is there all of them go on.
        log.error('the store has no folder for clips', { error: error as Error });
        return this.#answer({ on: 'fault', why: 'write-error' });
      }
      docking.unbegun.add(id);
      return this.#answer({ on: 'disk-full' });
    }
    docking.unbegun.delete(id);
    const hashed = listed !== null && listed.sha256.length > 0;
    const deviceSha256 = hashed ? Buffer.from(listed.sha256).toString('hex') : null;
    const clip: ClipToCopy = { device: docking.serial, root, path, bytes, modifiedMs, deviceSha256 };
    const taken = this.#parts.copy(clip, store, (outcome) => this.#copied(id, outcome));
    if (taken === 'too-many') this.#answer({ on: 'clip-failed', clip: id, why: 'too-many' });
    if (taken === 'waits') this.#answer({ on: 'disk-full' });
  }

  #copied(id: string, outcome: CopyOutcome): void {
    if (outcome.state !== 'verified' || outcome.sha256 === null)
      return this.#answer({ on: 'clip-failed', clip: id, why: outcome.state });
    const docking = this.#docking;
    docking.fullTold = false;
    docking.outcomes.set(id, outcome);
    const file = this.#below(outcome.file);
    const safe = this.#parts.book.known(docking.serial, { clip: id, sha256: outcome.sha256, file });
    const known = safe !== null;
    if (known) docking.safe.set(id, safe);
    this.#answer({ on: 'verified', clip: id, known });
  }

  async enter(id: string): Promise<void> {
    const { append, classify, due, log } = this.#parts;
    const docking = this.#docking;
    const docked = docking.clips.get(id);
    const outcome = docking.outcomes.get(id);
    if (!docked || outcome?.state !== 'verified' || outcome.sha256 === null || outcome.file === null) return;
    try {
      const { dueWallMs, article } = due(docked);
      const file = this.#below(outcome.file);
      const content = await this.#content(docked.clip, file);
      const rules = { classed: classify(docked), dueWallMs, dueArticle: article };
      const proven = { ...outcome, state: 'verified' } as const;
      const { seq } = await append(
        clipEntry({ ...docked, ...rules, clip: { ...docked.clip, content }, file, outcome: proven }),
      );
      const { bytes } = docked.clip;
      docking.safe.set(id, { clip: id, file, bytes, sha256: outcome.sha256, seq, receipt: '' });
      this.#answer({ on: 'entered', clip: id });
    } catch (error) {
      log.error('a clip is not in the ledger', { clip: id, error: error as Error });
      this.#answer({ on: 'not-entered', clip: id });
    }
  }

  async receipt(): Promise<void> {
    const { append, book, sign, gateway, timezone, storeFolder, now, log } = this.#parts;
    const docking = this.#docking;
    // What was receipted at an earlier docking has its receipt. What was entered then and has none gets it now, read
    // again or not: its entry may lie between those of the others, and the store has it.
    const open = [...book.unerased(docking.serial), ...docking.safe.values()].filter(
      ({ receipt }) => receipt === '',
    );
    const clips = [...new Map(open.map((clip) => [clip.seq, clip])).values()];
    if (clips.length === 0) return this.#answer({ on: 'receipted' });
    const { wall, mono } = now();
    const officer = docking.found?.officer ?? null;
    const at = { wallMs: wall, monoMs: mono };
    const of = { gateway, timezone, place: this.place(), officer, clips, at };
    try {
      // Tried again, it is the same page: a signed one that no ledger knows would say that there are two.
      docking.page ??= { body: receiptBody(of, sign), of };
      const { body } = docking.page;
      await writeReceipt(body, docking.page.of, storeFolder);
      await append(body);
      docking.receipt = body.value.receipt;
      this.#answer({ on: 'receipted' });
    } catch (error) {
      log.error('there is no receipt', { serial: docking.serial, error: error as Error });
      this.#answer({ on: 'not-receipted' });
    }
  }

  async erase(id: string): Promise<void> {
    const { dock, appendSure } = this.#parts;
    const docking = this.#docking;
    const listed = docking.clips.get(id)?.clip.listed;
    const safe = docking.safe.get(id);
    const receipt = safe?.receipt || docking.receipt;
    // Of what is not listed, safe and receipted nothing is ever erased, whatever was decided.
    if (!listed || !safe || receipt === '' || Number(listed.sizeBytes) !== safe.bytes)
      return this.#answer({ on: 'clip-failed', clip: id, why: 'not-safe' });
    const { ref, ending } = docking;
    if (docking.diskMode) await endDiskMode(dock, ref, ending.signal);
    docking.diskMode = false;
    const clip = { at: ref, id, sizeBytes: listed.sizeBytes, sha256: Buffer.from(safe.sha256, 'hex') };
    try {
      await askPassing(() => dock.ask('eraseClip', clip), ending.signal);
    } catch (error) {
      // Asked before, and the answer was lost.
      if (!isLiuhenError(error, 'DOCK_REFUSED') || error.details['refusal'] !== 'no-such-clip') throw error;
    }
    appendSure(this.#erasedBody({ ...safe, receipt }));
    this.#answer({ on: 'erased', clip: id });
  }

  /** What could not be looked into on the device is looked into in the store. */
  async #content({ content }: CardClip, file: string): Promise<CardClip['content']> {
    if (content !== 'unread') return content;
    const path = Buffer.from(file);
    const seen = await lookInto({ root: this.#parts.storeFolder, path }, this.#docking.ending.signal);
    return 'bytes' in seen ? contentOf(seen) : 'unread';
  }

  tell(what: string, clip: string, detail = ''): void {
    if (what === 'disk-full') {
      // It is tried every two seconds: told again only when something has come over since.
      if (this.#docking.fullTold) return;
      this.#docking.fullTold = true;
    }
    const { dock, room, slot, serial, device } = this.place();
    const value = { dock, room, slot, serial, device, clip, what, detail };
    this.#parts.appendSure({ case: 'custodyTrouble', value });
  }

  place(): ClipPlace {
    const { dockId, room } = this.#parts;
    const { serial, found, ref } = this.#docking;
    const { device = '', unit = '' } = found ?? {};
    return { dock: dockId, room, slot: ref.slot, serial, device, unit };
  }

  /** After a line that was lost the very device is not told again, unless its clock has gone elsewhere. */
  async #enterDocked(standing: Standing): Promise<void> {
    const { dockId, room, now, append, book } = this.#parts;
    const { ref, serial, found, facts, deviceOfficer } = this.#docking;
    const key = `${serial} ${standing}`;
    const steady = Math.abs(facts?.clock.offsetMs ?? 0) < 5000;
    if (this.#told.docked === key && steady) return;
    // Changed for another while dock or box were away: nobody saw it go.
    const before = this.#told.serial ?? book.docked(dockId, ref.slot) ?? '';
    if (before !== '' && before !== serial) await append(unwatchedOf(dockId, ref.slot, before, this.#parts));
    this.#told.serial = '';
    const of = { dock: dockId, room, slot: ref.slot, serial, standing, found, facts, deviceOfficer };
    await append(dockedBody({ ...of, at: now() }));
    this.#told.docked = key;
    this.#told.serial = serial;
  }

  #erasedBody({ clip, sha256, receipt }: SafeClip): BodycamBody {
    const { dock, slot, serial, device } = this.place();
    const value = { dock, slot, serial, device, clip, sha256: Buffer.from(sha256, 'hex'), receipt };
    return { case: 'clipErased', value };
  }

  #below(file: string | null): string {
    return (file ?? '').slice(this.#parts.storeFolder.length).replace(/^\/+/, '');
  }
}
