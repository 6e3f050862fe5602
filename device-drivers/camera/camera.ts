// One camera over ONVIF: what it is, how well it is reached, where its stream is, and a still picture. Each open
// is one honest attempt; the live stream itself is rtsp-stream.ts, trying again is the callers'.
import { EventEmitter } from 'node:events';
import { isLiuhenError, LiuhenError } from '../../config/errors.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { deviceRequests, readInformation, readMac } from '../../protocols/onvif/device.ts';
import {
  chooseProfile,
  mediaRequests,
  readProfiles,
  readSnapshotUri,
  readStreamUri,
  type MediaProfile,
  type MediaService,
} from '../../protocols/onvif/media.ts';
import { CameraPicture } from './camera-picture.ts';
import { differenceOf, type DeviceIdentity } from './device-identity.ts';
import { fault } from './http-exchange.ts';
import { OnvifClient } from './onvif-client.ts';
import { streamOnHost } from './stream-on-host.ts';

/** Milliseconds for one whole attempt, however many exchanges it takes. */
export const openTimeoutMs = 20_000;
/** Bytes of one still picture; 4K JPEG stays below two million. */
export const maxSnapshotBytes = 4 * 1024 * 1024;

/**
 * How well a camera is reached. 'up-with-login': it answers all that we ask. 'up-without-login': it speaks ONVIF
 * but refuses the login. 'reachable': something is there that does not speak ONVIF, or not now. 'unreachable':
 * no connection.
 */
export type CameraHealth = 'up-with-login' | 'up-without-login' | 'reachable' | 'unreachable';

export interface CameraIdentity extends DeviceIdentity {
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
}

export interface CameraStatus {
  readonly health: CameraHealth;
  /** Why it is not up with a login, or 'changed-identity'; null when all is well. */
  readonly fault: string | null;
  readonly identity: CameraIdentity | null;
  /** Camera clock minus box clock in ms, to a second; null where the camera does not tell. */
  readonly skewMs: number | null;
  /** rtsp:// on the camera's own host, without user info. */
  readonly url: string | null;
  readonly profile: MediaProfile | null;
}

/** What a camera that was opened is known by. */
export interface OpenCameraStatus extends CameraStatus {
  readonly identity: CameraIdentity;
  readonly url: string;
  readonly profile: MediaProfile;
}

export interface CameraOptions {
  readonly settings: CameraSettings;
  /** Who must answer: another serial number, MAC or certificate is CAMERA_CHANGED. Empty fields are not compared. */
  readonly pinned?: CameraIdentity;
  /** Its Media2 failed before, see OnvifClientOptions. */
  readonly skipMedia2?: boolean;
  /** Milliseconds; default openTimeoutMs and exchangeTimeoutMs. */
  readonly openTimeoutMs?: number;
  readonly exchangeTimeoutMs?: number;
}

const unknown: CameraStatus = {
  health: 'unreachable',
  fault: null,
  identity: null,
  skewMs: null,
  url: null,
  profile: null,
};

export class Camera {
  /** 'status' whenever the health, the fault or the identity has changed. */
  readonly events = new EventEmitter<{ status: [CameraStatus] }>();
  readonly #options: CameraOptions;
  readonly #device: URL;
  #status = unknown;
  #client: OnvifClient | null = null;
  #media: { service: MediaService; address: URL } | null = null;
  #ending = new AbortController();
  #opening: Promise<unknown> = Promise.resolve();

  /** Throws CAMERA_PROFILE for a camera that is known by its RTSP address alone. */
  constructor(options: CameraOptions) {
    this.#options = options;
    const { source, id } = options.settings;
    if (source.kind !== 'onvif')
      throw new LiuhenError('CAMERA_PROFILE', { host: id, wanted: '(no ONVIF address)', fault: 'not-found' });
    this.#device = new URL(source.url);
  }

  get status(): CameraStatus {
    return this.#status;
  }

  /** True when Media2 failed in this attempt: hand it to the next one. */
  get media2Failed(): boolean {
    return this.#client?.media2Failed ?? false;
  }

  /**
   * One attempt, at most openTimeoutMs: clock, identity, profile, stream address. Throws CAMERA_HTTP, ONVIF_*,
   * CAMERA_PROFILE or CAMERA_CHANGED, each with a `fault`; the status then tells how far it came.
   */
  async open(): Promise<OpenCameraStatus> {
    const ending = new AbortController();
    this.#ending.abort();
    this.#ending = ending;
    const limitMs = this.#options.openTimeoutMs ?? openTimeoutMs;
    const timer = setTimeout(
      () => ending.abort(fault(this.#device, 'no-reply', `the attempt took over ${limitMs} ms`)),
      limitMs,
    );
    const attempt = this.#attempt(ending.signal).finally(() => clearTimeout(timer));
    // close() waits for the attempt; what went wrong is told to whoever called open().
    this.#opening = attempt.catch(() => undefined);
    return attempt;
  }

  /** Ends what is under way. Safe twice and during open(). */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#opening;
    this.#client = null;
  }

  /** A still picture (JPEG), at most maxSnapshotBytes. After open() only; throws like it. */
  async snapshot(): Promise<Buffer> {
    const client = this.#client;
    const { profile } = this.#status;
    if (client === null || profile === null || this.#media === null)
      throw fault(this.#device, 'closed', 'the camera is not open');
    const { service, address } = this.#media;
    const uri = await client.call(address, mediaRequests.snapshotUri(service, profile.token), (xml) =>
      readSnapshotUri(service, xml),
    );
    const { status, body } = await client.get(uri, maxSnapshotBytes);
    if (status === 401 || status === 403)
      throw fault(this.#device, 'wrong-password', `HTTP status ${status}`);
    // SOI, ISO/IEC 10918-1 §B.1.1.3: some answer a page of text with status 200.
    if (status !== 200 || body[0] !== 0xff || body[1] !== 0xd8)
      throw fault(this.#device, 'bad-reply', `HTTP status ${status} and no JPEG picture`);
    return body;
  }

  /** Its picture's rendering and the texts on it. After open() only; throws like it. */
  picture(): CameraPicture {
    const client = this.#client;
    const { profile } = this.#status;
    if (client === null || profile === null || this.#media === null)
      throw fault(this.#device, 'closed', 'the camera is not open');
    return new CameraPicture(client, this.#media, profile);
  }

  async #attempt(signal: AbortSignal): Promise<OpenCameraStatus> {
    const { settings, skipMedia2, exchangeTimeoutMs } = this.#options;
    const { source, credentials } = settings;
    const fingerprint256 = source.kind === 'onvif' ? source.fingerprint256 : undefined;
    const client = new OnvifClient({
      url: this.#device.href,
      credentials,
      fingerprint256,
      timeoutMs: exchangeTimeoutMs,
      signal,
      skipMedia2,
    });
    this.#client = client;
    let identity: CameraIdentity | null = null;
    try {
      await client.measureClock();
      identity = await this.#identify(client);
      this.#comparePin(identity);
      const { profile, url } = await this.#findStream(client);
      return this.#tell({
        health: 'up-with-login',
        fault: null,
        identity,
        skewMs: client.skewMs,
        url,
        profile,
      });
    } catch (error) {
      const name = isLiuhenError(error) ? String(error.details['fault'] ?? 'bad-reply') : 'bad-reply';
      const health =
        identity !== null
          ? 'up-with-login'
          : client.answered
            ? 'up-without-login'
            : name === 'unreachable'
              ? 'unreachable'
              : 'reachable';
      this.#tell({ ...unknown, health, fault: name, identity, skewMs: client.skewMs });
      throw error;
    }
  }

  async #identify(client: OnvifClient): Promise<CameraIdentity> {
    const information = await client.call(client.device, deviceRequests.information, readInformation);
    let mac = '';
    try {
      mac = await client.call(client.device, deviceRequests.networkInterfaces, readMac);
    } catch (error) {
      // A user below administrator may not see it on many cameras: the serial number then stands alone.
      if (!isLiuhenError(error, 'ONVIF_NOT_AUTHORIZED', 'ONVIF_FAULT', 'ONVIF_REPLY_UNREADABLE')) throw error;
    }
    return { ...information, mac, fingerprint256: client.fingerprint256 };
  }

  #comparePin(identity: CameraIdentity): void {
    const difference = differenceOf(this.#options.pinned, identity);
    if (difference === null) return;
    throw new LiuhenError('CAMERA_CHANGED', {
      host: this.#device.host,
      what: difference.what,
      seen: oneLine(difference.seen),
      pinned: oneLine(difference.old),
      fault: 'changed-identity',
    });
  }

  async #findStream(client: OnvifClient): Promise<{ profile: MediaProfile; url: string }> {
    const { source } = this.#options.settings;
    const wanted = source.kind === 'onvif' ? source.profile : undefined;
    return client.media(async (service, address) => {
      const profiles = await client.call(address, mediaRequests.profiles(service), (xml) =>
        readProfiles(service, xml),
      );
      const profile = chooseProfile(profiles, wanted);
      if (!profile)
        throw new LiuhenError('CAMERA_PROFILE', {
          host: this.#device.host,
          wanted: wanted ?? '(H.264, H.265)',
          fault: wanted === undefined ? 'no-video' : 'not-found',
        });
      const announced = await client.call(address, mediaRequests.streamUri(service, profile.token), (xml) =>
        readStreamUri(service, xml),
      );
      this.#media = { service, address };
      return { profile, url: streamOnHost(this.#device, announced) };
    });
  }

  #tell<T extends CameraStatus>(status: T): T {
    const old = this.#status;
    this.#status = status;
    const same =
      old.health === status.health &&
      old.fault === status.fault &&
      JSON.stringify(old.identity) === JSON.stringify(status.identity);
    if (!same) this.events.emit('status', status);
    return status;
  }
}

/** Serial, make, model and firmware in one line of at most 200 characters; '' where the camera does not tell. */
export function identityLine({ serial, manufacturer, model, firmware }: CameraIdentity): string {
  const name = `${manufacturer} ${model}`.trim();
  return [serial, name, firmware]
    .filter((part) => part !== '')
    .map(oneLine)
    .join(', ');
}

/** What a camera says of itself goes into logs and the ledger: one short line, whatever it sends. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .slice(0, 64)
    .trim();
}
