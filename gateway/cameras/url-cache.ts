// Where each ONVIF camera streamed last time, so that a restart records at once and asks the camera later, and which
// device it was. The file holds no credentials: user info is taken off before it is kept.
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { Log } from '../../config/log.ts';
import type { DeviceIdentity } from '../../device-drivers/camera/device-identity.ts';

/** Largest file that is read, in bytes; a site of a hundred cameras has about 20 kB. */
export const maxCacheBytes = 1024 * 1024;

interface CachedUrl {
  /** What it was resolved from; another setting makes it void. */
  readonly source: string;
  readonly url: string;
  /** Which device answered; a restart must not hide that it was swapped. */
  readonly device: DeviceIdentity | null;
}

export class UrlCache {
  readonly #file: string;
  readonly #log: Log;
  readonly #urls: Map<string, CachedUrl>;
  #writing: Promise<void> = Promise.resolve();

  /** Reads the file. One that is missing or not usable is an empty cache: the cameras are asked. */
  constructor(file: string, log: Log) {
    this.#file = file;
    this.#log = log;
    this.#urls = readCache(file, log);
  }

  /** The stream URL of a camera with this source; undefined when it is not known. */
  get(camera: string, source: string): string | undefined {
    const known = this.#urls.get(camera);
    return known?.source === source ? known.url : undefined;
  }

  /** The device that answered for this camera last, under whatever address. */
  device(camera: string): DeviceIdentity | null {
    return this.#urls.get(camera)?.device ?? null;
  }

  /** Keeps a URL, without user info, and resolves when it is on disk. A failed write is a warning. */
  set(camera: string, source: string, url: string, device: DeviceIdentity | null): Promise<void> {
    const known = this.#urls.get(camera);
    const kept = { source, url: withoutUserInfo(url), device: device ?? known?.device ?? null };
    if (JSON.stringify(known) === JSON.stringify(kept)) return this.#writing;
    this.#urls.set(camera, kept);
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const next = `${this.#file}.next`;
    try {
      await writeFile(next, JSON.stringify(Object.fromEntries(this.#urls), null, 2), { mode: 0o600 });
      await rename(next, this.#file);
    } catch (error) {
      this.#log.warn('stream addresses not kept; the cameras are asked at the next start', {
        error: error as Error,
      });
    }
  }
}

/** The URL without user name and password. */
export function withoutUserInfo(url: string): string {
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

function readCache(file: string, log: Log): Map<string, CachedUrl> {
  const urls = new Map<string, CachedUrl>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    if (text.length > maxCacheBytes) throw new Error(`larger than ${maxCacheBytes} bytes`);
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) throw new Error('not a map');
    for (const [camera, value] of Object.entries(read)) {
      const { source, url, device } = (value ?? {}) as { source?: unknown; url?: unknown; device?: unknown };
      if (typeof source === 'string' && typeof url === 'string' && URL.canParse(url))
        urls.set(camera, { source, url, device: readDevice(device) });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log.warn('kept stream addresses not usable; the cameras are asked', { file, error: error as Error });
    }
  }
  return urls;
}

function readDevice(value: unknown): DeviceIdentity | null {
  const { serial, mac, fingerprint256 } = (value ?? {}) as Partial<Record<keyof DeviceIdentity, unknown>>;
  if (typeof serial !== 'string' || typeof mac !== 'string') return null;
  return { serial, mac, fingerprint256: typeof fingerprint256 === 'string' ? fingerprint256 : null };
}
