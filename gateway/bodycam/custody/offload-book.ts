// What the ledger says of devices in docks: clips that are in the store and still on their device, how their clocks
// were, and what stands in the slots (P5). A fold; it decides nothing.
import { clipsSha256 } from '../../../protocols/hq/receipt-text.ts';
import type { FoldEntry } from '../../sessions/session-fold.ts';
import type { ClockMeasure } from './clip-times.ts';

/** Dockings of one device whose clock is remembered. */
export const maxMeasures = 16;
/** Devices that are remembered; beyond, the one that was docked longest ago is forgotten: its clips are copied twice. */
export const maxDevices = 5000;
/** Of one device, clips that are safe and not erased; a card has fewer. */
export const maxUnerased = 20_000;

export interface SafeClip {
  readonly clip: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of its ClipOffloaded. */
  readonly seq: number;
  /** A receipt speaks for it: it may be gone from the device, because we may have erased it. */
  readonly receipt: string;
}

interface Remembered {
  readonly measures: ClockMeasure[];
  /**
   * By name and SHA-256: a card may have one content twice, as of two clips that a power cut left empty. Of one clip
   * more than one when the store or the card once gave other bytes: then it lies there in two files.
   */
  readonly unerased: Map<string, SafeClip[]>;
}

export class OffloadBook {
  readonly #devices = new Map<string, Remembered>();
  readonly #docked = new Map<string, string>();

  entry({ seq, body }: FoldEntry): void {
    switch (body.case) {
      case 'deviceDocked': {
        const { dock, slot, serial, standing, at, clockOffsetMs, clockSet } = body.value;
        this.#docked.set(place(dock, slot), serial);
        if (standing !== 'ours') return;
        const { measures } = this.#remember(serial);
        measures.push({ atWallMs: at.wallMs, offsetMs: clockOffsetMs, set: clockSet });
        if (measures.length > maxMeasures) measures.shift();
        return;
      }
      case 'deviceUndocked':
        this.#docked.delete(place(body.value.dock, body.value.slot));
        return;
      case 'clipOffloaded': {
        const { serial, clip, file, bytes } = body.value;
        const sha256 = hex(body.value.sha256);
        const { unerased } = this.#remember(serial);
        const others = (unerased.get(name(clip, sha256)) ?? []).filter((each) => each.file !== file);
        // Behind those that were heard of before.
        unerased.delete(name(clip, sha256));
        unerased.set(name(clip, sha256), [...others, { clip, file, bytes, sha256, seq, receipt: '' }]);
        const [oldest] = unerased.keys();
        if (unerased.size > maxUnerased && oldest !== undefined) unerased.delete(oldest);
        return;
      }
      case 'custodyReceipt': {
        const { serial, fromSeq, uptoSeq, receipt, filesSha256 } = body.value;
        const { unerased } = this.#remember(serial);
        const meant = [...unerased.values()]
          .flat()
          .filter((clip) => clip.receipt === '' && clip.seq >= fromSeq && clip.seq <= uptoSeq);
        // Other entries may lie between those of its clips: it speaks for none that it does not name.
        if (hex(clipsSha256(meant)) !== hex(filesSha256)) return;
        const named = new Set(meant);
        for (const [key, clips] of unerased)
          if (clips.some((clip) => named.has(clip)))
            unerased.set(
              key,
              clips.map((clip) => (named.has(clip) ? { ...clip, receipt } : clip)),
            );
        return;
      }
      case 'clipErased':
        this.#devices.get(body.value.serial)?.unerased.delete(name(body.value.clip, hex(body.value.sha256)));
        return;
      case 'custodyTrouble': {
        // It was not we who erased it: it is safe, and told.
        const { serial, what, clip } = body.value;
        const unerased = this.#devices.get(serial)?.unerased;
        if (what !== 'gone-before' || !unerased) return;
        for (const [key, safe] of unerased) if (safe[0]?.clip === clip) unerased.delete(key);
        return;
      }
      default:
    }
  }

  /** Its dockings, the oldest first. */
  measures(serial: string): readonly ClockMeasure[] {
    return this.#devices.get(serial)?.measures ?? [];
  }

  /** Clips that are safe and that it may still have. */
  unerased(serial: string): readonly SafeClip[] {
    return [...(this.#devices.get(serial)?.unerased.values() ?? [])].flat();
  }

  /** The entry of this very clip in this very file from an earlier docking; null when there is none. */
  known(serial: string, { clip, sha256, file }: Pick<SafeClip, 'clip' | 'sha256' | 'file'>): SafeClip | null {
    const found = this.#devices.get(serial)?.unerased.get(name(clip, sha256));
    return found?.find((each) => each.file === file) ?? null;
  }

  /** Which device stood there last and was not told to be gone; null for none. */
  docked(dock: string, slot: number): string | null {
    return this.#docked.get(place(dock, slot)) ?? null;
  }

  #remember(serial: string): Remembered {
    const found = this.#devices.get(serial) ?? { measures: [], unerased: new Map<string, SafeClip[]>() };
    // The one that was heard of last stands last.
    this.#devices.delete(serial);
    this.#devices.set(serial, found);
    const [oldest] = this.#devices.keys();
    if (this.#devices.size > maxDevices && oldest !== undefined) this.#devices.delete(oldest);
    return found;
  }
}

function place(dock: string, slot: number): string {
  return `${dock}/${slot}`;
}

function name(clip: string, sha256: string): string {
  return `${sha256} ${clip}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
