// SOAP calls to one camera: the login that it wants, its clock, its services, and Media1 where Media2 fails. One
// client is one attempt at one camera; what is asked of it is camera.ts's.
import { randomBytes } from 'node:crypto';
import { wallTime } from '../../config/clock.ts';
import { isLiuhenError, LiuhenError } from '../../config/errors.ts';
import type { Credentials } from '../../config/settings-types.ts';
import {
  deviceRequests,
  readCapabilities,
  readDateAndTime,
  readServices,
} from '../../protocols/onvif/device.ts';
import { mediaNamespaces, type MediaService } from '../../protocols/onvif/media.ts';
import { buildEnvelope, unreadable } from '../../protocols/onvif/soap.ts';
import { usernameToken } from '../../protocols/onvif/username-token.ts';
import { exchange, HttpLogin, type HttpReply } from './http-exchange.ts';

/** Milliseconds: a clock that moved less between two measurements is not why a login was refused. */
export const skewToleranceMs = 5000;

export interface OnvifClientOptions {
  /** The device service, http or https, without user info. */
  readonly url: string;
  readonly credentials?: Credentials;
  /** Pins the certificate, see HttpRequest. */
  readonly fingerprint256?: string;
  /** Milliseconds for each exchange; default exchangeTimeoutMs. */
  readonly timeoutMs?: number;
  /** Ends everything under way with CAMERA_HTTP 'asked'. */
  readonly signal?: AbortSignal;
  /** This camera's Media2 failed before and may crash it: ask Media1 alone. */
  readonly skipMedia2?: boolean;
}

/** What one call does in its own way; the rest is the client's. */
export interface CallOptions {
  /** Header blocks beside the login, as XML. */
  readonly header?: string;
  /** Milliseconds for each exchange. */
  readonly timeoutMs?: number;
  /** Bytes of the reply; default maxReplyBytes. */
  readonly maxBytes?: number;
  /** Ends this call with CAMERA_HTTP 'asked'; the client's own then ends it no more. */
  readonly signal?: AbortSignal;
}

/** Faults after which another way of asking would be another wrong try, or is pointless. */
const final = new Set(['wrong-password', 'forbidden', 'changed-identity', 'asked']);

export class OnvifClient {
  readonly #options: OnvifClientOptions;
  readonly #device: URL;
  readonly #login: HttpLogin | undefined;
  /** How calls are signed: found out by asking without a login, so that no right password is spent on a guess. */
  #token = false;
  #services: ReadonlyMap<string, string> | null = null;
  #skewMs: number | null = null;
  #loggedIn = false;
  #answered = false;
  #fingerprint256: string | null = null;
  #media2Failed: boolean;

  constructor(options: OnvifClientOptions) {
    this.#options = options;
    this.#device = new URL(options.url);
    this.#login = options.credentials && new HttpLogin(options.credentials);
    this.#media2Failed = options.skipMedia2 ?? false;
  }

  get device(): URL {
    return this.#device;
  }

  /** The camera's clock minus ours in milliseconds, to a second; null before measureClock or where it fails. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  /** A call that needs a login was answered. */
  get loggedIn(): boolean {
    return this.#loggedIn;
  }

  /** Something that speaks SOAP is there, whatever it said. */
  get answered(): boolean {
    return this.#answered;
  }

  /** The certificate that was seen; null over HTTP. */
  get fingerprint256(): string | null {
    return this.#fingerprint256;
  }

  get media2Failed(): boolean {
    return this.#media2Failed;
  }

  /**
   * Asks the camera's time without a login (ONVIF Core §5.12.1: PRE_AUTH) and keeps the difference. A camera
   * that does not tell is taken to have our time. Throws CAMERA_HTTP when nothing answers.
   */
  async measureClock(): Promise<void> {
    const before = wallTime();
    try {
      const reply = await this.#send(this.#device, buildEnvelope(deviceRequests.dateAndTime));
      this.#skewMs = Math.round(this.#read(reply, readDateAndTime) - (before + wallTime()) / 2);
    } catch (error) {
      if (!isLiuhenError(error) || error.code === 'CAMERA_HTTP') throw error;
      this.#skewMs = null;
    }
  }

  /**
   * One operation of the service at `address`. `read` gets the reply's XML. Throws CAMERA_HTTP, ONVIF_FAULT,
   * ONVIF_NOT_AUTHORIZED or ONVIF_REPLY_UNREADABLE, each with a `fault`. The first call goes without a login,
   * because the answer tells which kind the camera wants: no try is spent on a guess. Credentials that are
   * refused are tried once, and once more only when the camera's clock has moved.
   */
  async call<T>(address: URL, body: string, read: (xml: string) => T, options: CallOptions = {}): Promise<T> {
    for (let measured = false; ; ) {
      try {
        return await this.#once(address, body, read, options);
      } catch (error) {
        if (!isLiuhenError(error) || error.code === 'CAMERA_HTTP' || !this.#options.credentials) throw error;
        if (!this.#token && !this.#loggedIn) {
          // Some answer an unsigned call with a fault of any name, so each is taken as a wish for a login.
          this.#token = true;
          continue;
        }
        if (error.code !== 'ONVIF_NOT_AUTHORIZED') throw error;
        if (this.#token && !measured && (await this.#clockMoved())) {
          measured = true;
          continue;
        }
        if (!this.#loggedIn) throw error;
        // The same credentials were good for another operation: this one is above the user's level.
        throw new LiuhenError(
          'ONVIF_NOT_AUTHORIZED',
          { ...error.details, fault: 'forbidden' },
          { cause: error },
        );
      }
    }
  }

  /**
   * Asks by Media2, and by Media1 when Media2 is not there, faults, resets or sends what cannot be read. Not
   * after a refused login: that would be a second wrong try.
   */
  async media<T>(ask: (service: MediaService, address: URL) => Promise<T>): Promise<T> {
    const media2 = this.#media2Failed ? undefined : await this.serviceAddress(mediaNamespaces.media2);
    if (media2 !== undefined) {
      try {
        return await ask('media2', media2);
      } catch (error) {
        if (!otherWayLeft(error)) throw error;
        // A camera that has just gone says nothing about its Media2.
        this.#media2Failed = error.details['fault'] !== 'unreachable' && error.code !== 'CAMERA_PROFILE';
      }
    }
    return ask('media1', (await this.serviceAddress(mediaNamespaces.media1)) ?? this.#device);
  }

  /** GET of a file below the camera's own address, with digest when challenged. Any status is a reply. */
  get(announced: string, maxBytes: number): Promise<HttpReply> {
    const { fingerprint256, timeoutMs, signal } = this.#options;
    return exchange({
      url: this.onOwnHost(announced),
      method: 'GET',
      login: this.#login,
      fingerprint256,
      timeoutMs,
      signal,
      maxBytes,
    });
  }

  /**
   * The path of an announced address on the host and port that we reach: cameras announce 127.0.0.1, inner
   * addresses and other machines. Without a path it is the device service, where many cameras answer for all.
   */
  onOwnHost(announced: string): URL {
    const own = new URL(this.#device);
    const [, path = '', query = ''] = /^[a-z]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i.exec(announced) ?? [];
    if (path !== '' && path !== '/') {
      // By part, never by joining: "//elsewhere/x" is a path here, not a host.
      own.pathname = path;
      own.search = query;
    }
    return own;
  }

  /** The service of that namespace on the camera's own address; undefined when it has none. Throws what call throws. */
  async serviceAddress(namespace: string): Promise<URL | undefined> {
    this.#services ??= await this.#findServices();
    const announced = this.#services.get(namespace);
    return announced === undefined ? undefined : this.onOwnHost(announced);
  }

  async #findServices(): Promise<ReadonlyMap<string, string>> {
    try {
      return await this.call(this.#device, deviceRequests.services, readServices);
    } catch (error) {
      if (!otherWayLeft(error)) throw error;
      return this.call(this.#device, deviceRequests.capabilities, readCapabilities);
    }
  }

  async #clockMoved(): Promise<boolean> {
    const before = this.#skewMs ?? 0;
    await this.measureClock();
    return Math.abs((this.#skewMs ?? 0) - before) >= skewToleranceMs;
  }

  async #once<T>(address: URL, body: string, read: (xml: string) => T, options: CallOptions): Promise<T> {
    const { credentials } = this.#options;
    const signed = this.#token && credentials;
    const token = signed ? usernameToken(signed, randomBytes(16), wallTime() + (this.#skewMs ?? 0)) : '';
    const envelope = buildEnvelope(body, token + (options.header ?? ''));
    const reply = await this.#send(address, envelope, signed ? undefined : this.#login, options);
    const answer = this.#read(reply, read);
    if (signed || this.#login?.challenged) this.#loggedIn = true;
    return answer;
  }

  async #send(url: URL, body: string, login?: HttpLogin, own: CallOptions = {}): Promise<HttpReply> {
    const { fingerprint256 } = this.#options;
    const reply = await exchange({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/soap+xml; charset=utf-8' },
      body,
      login,
      fingerprint256,
      timeoutMs: own.timeoutMs ?? this.#options.timeoutMs,
      maxBytes: own.maxBytes,
      signal: own.signal ?? this.#options.signal,
    });
    this.#fingerprint256 = reply.fingerprint256;
    return reply;
  }

  #read<T>({ status, body }: HttpReply, read: (xml: string) => T): T {
    if (status === 401 || status === 403)
      throw new LiuhenError('ONVIF_NOT_AUTHORIZED', { subcode: `HTTP ${status}`, fault: 'wrong-password' });
    if (status >= 300 && status < 400) throw unreadable('it is a redirect, which is never followed');
    try {
      const answer = read(body.toString('utf8'));
      this.#answered = true;
      return answer;
    } catch (error) {
      const soapFault = !isLiuhenError(error, 'ONVIF_REPLY_UNREADABLE');
      if (soapFault) this.#answered = true;
      throw soapFault || status < 400 ? error : unreadable(`HTTP status ${status}`);
    }
  }
}

/** True for a failure after which the camera may be asked in another way. */
function otherWayLeft(error: unknown): error is LiuhenError {
  return isLiuhenError(error) && !final.has(String(error.details['fault']));
}
