// The two banks of a simulated dock's flash: what of an image is stored outlives every boot, and one flag says which
// bank runs (SPEC.md §6).
import { createHash, type KeyObject } from 'node:crypto';
import { checkFirmware } from '../../protocols/dock/firmware-image.ts';
import type {
  Ask,
  FirmwareManifest,
  FirmwareName,
  FirmwareProgress,
  RefusalWord,
} from '../../protocols/dock/messages.ts';

export interface BankRefusal {
  readonly refused: RefusalWord;
  readonly expected?: bigint;
}

export class FirmwareBank {
  readonly #model: string;
  readonly #key: KeyObject | null;
  #running: FirmwareName;
  #transfer: { manifest: FirmwareManifest; raw: Buffer; bank: Buffer; next: number; whole: boolean } | null =
    null;
  #selected = false;
  /** Bytes that were ever written, for tests that count what is sent twice. */
  written = 0;

  constructor(model: string, running: FirmwareName, key: KeyObject | null) {
    this.#model = model;
    this.#running = running;
    this.#key = key;
  }

  get running(): FirmwareName {
    return this.#running;
  }

  begin({ manifest, signature }: Ask<'firmwareBegin'>): FirmwareProgress | BankRefusal {
    if (!this.#key) return { refused: 'not-supported' };
    const device = { target: 'dock', model: this.#model, build: this.#running.build } as const;
    const read = checkFirmware({ manifest, signature }, device, this.#key);
    if (typeof read === 'string') return { refused: read };
    if (!this.#transfer?.raw.equals(manifest))
      this.#transfer = {
        manifest: read,
        raw: Buffer.from(manifest),
        bank: Buffer.alloc(Number(read.sizeBytes)),
        next: 0,
        whole: false,
      };
    return this.#progress(this.#transfer.next, this.#transfer.whole);
  }

  chunk({ offsetBytes, data }: Ask<'firmwareChunk'>): FirmwareProgress | BankRefusal {
    const transfer = this.#transfer;
    if (!transfer) return { refused: 'image-offset', expected: 0n };
    if (offsetBytes !== BigInt(transfer.next))
      return { refused: 'image-offset', expected: BigInt(transfer.next) };
    if (data.length === 0 || transfer.next + data.length > transfer.bank.length)
      return { refused: 'range', expected: BigInt(transfer.bank.length) };
    transfer.bank.set(data, transfer.next);
    transfer.next += data.length;
    this.written += data.length;
    if (transfer.next < transfer.bank.length) return this.#progress(transfer.next, false);
    const sha256 = createHash('sha256').update(transfer.bank).digest();
    if (!sha256.equals(transfer.manifest.sha256)) {
      transfer.next = 0;
      return { refused: 'image-hash' };
    }
    transfer.whole = true;
    return this.#progress(transfer.next, true);
  }

  apply(): FirmwareProgress | BankRefusal {
    if (!this.#transfer?.whole) return { refused: 'image-incomplete' };
    this.#selected = true;
    return { nextOffsetBytes: BigInt(this.#transfer.next), step: 'restarting' };
  }

  /** What happens at each start. */
  boot(): void {
    if (!this.#selected || !this.#transfer) return;
    const { name, build } = this.#transfer.manifest;
    this.#running = { name, build };
    this.#transfer = null;
    this.#selected = false;
  }

  #progress(next: number, whole: boolean): FirmwareProgress {
    return { nextOffsetBytes: BigInt(next), step: whole ? 'whole' : 'receiving' };
  }
}
