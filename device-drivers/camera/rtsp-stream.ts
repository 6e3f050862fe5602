// One attempt at a camera's live stream (RFC 2326): DESCRIBE, SETUP, PLAY, keep-alive, TEARDOWN. It reports and
// gives up; trying again is the supervisor's.
import { randomBytes } from 'node:crypto';
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import type { Track } from '../../protocols/media/track.ts';
import { ReorderWindow } from '../../protocols/rtp/reorder-window.ts';
import { encodeReceiverReport } from '../../protocols/rtp/receiver-report.ts';
import type { RtspResponse } from '../../protocols/rtsp/message.ts';
import { parseSdp, type MediaSection, type SessionDescription } from '../../protocols/rtsp/sdp.ts';
import { controlUri, onSameHost, splitRtspUrl } from '../../protocols/rtsp/uri.ts';
import { framePool, keepFrameMemory } from './frame-memory.ts';
import {
  faultOfStatus,
  type MediaStream,
  type StreamEnd,
  type StreamFault,
  type Transport,
} from './media-stream.ts';
import type { RtspStreamOptions } from './rtsp-options.ts';
import { RtspConnection } from './rtsp-connection.ts';
import { TrackReceiver } from './track-receiver.ts';
import { openUdpPair, type UdpPair } from './udp-ports.ts';

/** Assumed when a camera names none (RFC 2326 §12.37). */
const defaultSessionSeconds = 60;
const watchEveryMs = 500;
const reportEveryMs = 5000;
/** TEARDOWN is sent, not waited for; the connection is gone after this. */
const farewellMs = 200;
interface Lane {
  readonly receiver: TrackReceiver;
  readonly uri: string;
  readonly rtpChannel: number;
  readonly udp: UdpPair | null;
  /** Only over UDP: TCP keeps packets in order. */
  readonly window: ReorderWindow | null;
  serverRtcpPort: number;
}

export class RtspStream implements MediaStream {
  readonly ended: Promise<StreamEnd>;
  readonly #options: RtspStreamOptions;
  readonly #connection: RtspConnection;
  readonly #uri: string;
  readonly #host: string;
  readonly #ownSsrc = randomBytes(4).readUInt32BE(0);
  #settle: (end: StreamEnd) => void = () => undefined;
  #over = false;
  #closing: Promise<void> | null = null;
  #playing = false;
  #lanes: Lane[] = [];
  #byChannel: (Lane | undefined)[] = [];
  #base = '';
  #session = '';
  #sessionSeconds = defaultSessionSeconds;
  #keepAliveMethod: 'OPTIONS' | 'GET_PARAMETER' = 'OPTIONS';
  #transport: Transport | undefined;
  #lastPacketMono = 0;
  #hasVideo = false;
  #lastReportMono = 0;
  #lastKeepAliveMono = 0;
  #keepingAlive = false;
  #watch: NodeJS.Timeout | null = null;
  #readMono = 0;
  #giveMemory: () => void = () => undefined;

  constructor(options: RtspStreamOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const { host, port, uri } = splitRtspUrl(options.url);
    this.#uri = uri;
    this.#host = host;
    this.#connection = new RtspConnection({
      host,
      port,
      username: options.username,
      password: options.password,
      connectTimeoutMs: options.connectTimeoutMs ?? 3000,
      replyTimeoutMs: options.replyTimeoutMs ?? 5000,
      maxChannel: () => this.#byChannel.length - 1,
      onInterleaved: (channel, bytes, from, to) => this.#interleaved(channel, bytes, from, to),
      onJunk: () => {
        this.#beginRead();
        for (const lane of this.#lanes) if (lane.receiver.kind === 'video') lane.receiver.junk();
      },
      onEnd: (fault, error) => this.#end({ fault, error }),
    });
  }

  get transport(): Transport | undefined {
    return this.#transport;
  }

  async open(): Promise<readonly Track[]> {
    try {
      await this.#connection.connect();
      await this.#options0();
      const description = await this.#describe();
      await this.#setup(description);
      await this.#play();
      return this.#tracks();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const fault = error instanceof LiuhenError ? error.details['fault'] : undefined;
      this.#end({ fault: (typeof fault === 'string' ? fault : 'bad-reply') as StreamFault, error: failure });
      if (fault !== undefined) throw failure;
      throw new LiuhenError(
        'CAMERA_STREAM',
        { host: this.#host, fault: 'bad-reply', why: failure.message },
        { cause: error },
      );
    }
  }

  async drain(): Promise<void> {
    if (this.#playing && !this.#over) await this.#connection.drain();
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #leave(): Promise<void> {
    if (this.#over) return;
    if (this.#playing) {
      this.#connection.farewell('TEARDOWN', this.#base, { Session: this.#session });
      // The camera may close at once, which ends the stream before the time is over.
      let timer: NodeJS.Timeout | undefined;
      const waited = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, farewellMs);
      });
      await Promise.race([waited, this.ended]);
      clearTimeout(timer);
    }
    this.#end({ fault: 'asked' });
  }

  /** Some cameras answer OPTIONS badly or not at all; what it says is a hint, not a condition. */
  async #options0(): Promise<void> {
    const reply = await this.#connection.request('OPTIONS', this.#uri);
    if (/\bGET_PARAMETER\b/i.test(reply.headers.get('Public') ?? '')) this.#keepAliveMethod = 'GET_PARAMETER';
  }

  async #describe(): Promise<SessionDescription> {
    const reply = this.#accept(
      await this.#connection.request('DESCRIBE', this.#uri, { Accept: 'application/sdp' }),
      'DESCRIBE',
    );
    const stated = reply.headers.get('Content-Base') ?? reply.headers.get('Content-Location');
    const base =
      stated === undefined || !/^rtsps?:\/\//i.test(stated)
        ? this.#uri
        : onSameHost(this.#uri, stated.trim());
    const description = parseSdp(reply.body.toString('utf8'));
    if (description.media.length === 0)
      throw this.#connection.fault('no-video', 'it offers no track that can be stored');
    this.#base = controlUri(base, description.control === '*' ? '' : description.control);
    if (this.#base === '') this.#base = base;
    this.#describeBase = base;
    return description;
  }
  #describeBase = '';

  async #setup(description: SessionDescription): Promise<void> {
    const wanted: Transport[] =
      this.#options.transport === 'auto' ? ['tcp', 'udp'] : [this.#options.transport];
    for (const transport of wanted) {
      const refused = await this.#setupAll(description.media, transport);
      if (!refused) {
        this.#transport = transport;
        return;
      }
    }
    throw this.#connection.fault('bad-reply', 'it refuses every transport (461)');
  }

  /** Answers true when the camera does not do this transport (461). */
  async #setupAll(media: readonly MediaSection[], transport: Transport): Promise<boolean> {
    this.#lanes = [];
    this.#byChannel = [];
    for (const [i, section] of media.entries()) {
      const uri = controlUri(this.#describeBase, section.control);
      const receiver = new TrackReceiver(section, framePool, this.#options.listener, () => this.#announce());
      let udp: UdpPair | null = null;
      let window: ReorderWindow | null = null;
      let wish = `RTP/AVP/TCP;unicast;interleaved=${i * 2}-${i * 2 + 1}`;
      if (transport === 'udp') {
        const ordered = new ReorderWindow((packet) =>
          this.#packet(receiver, packet, 0, packet.length, false),
        );
        window = ordered;
        udp = await openUdpPair(
          this.#connection.localAddress,
          this.#connection.remoteAddress,
          (packet) => ordered.push(packet, monotonicTime()),
          (packet) => this.#packet(receiver, packet, 0, packet.length, true),
        );
        this.#pairs.push(udp);
        // It was closed while the ports were opened: nobody else would close them.
        if (this.#over) this.#closePairs();
        wish = `RTP/AVP;unicast;client_port=${udp.rtpPort}-${udp.rtpPort + 1}`;
      }
      const lane: Lane = { receiver, uri, rtpChannel: i * 2, udp, window, serverRtcpPort: 0 };
      const reply = await this.#connection.request('SETUP', uri, {
        Transport: wish,
        ...(this.#session === '' ? {} : { Session: this.#session }),
      });
      if (reply.status === 461) {
        this.#closePairs();
        return true;
      }
      // A camera without this sound track is still a camera. Its ports, if any, are closed with the stream.
      if (reply.status === 404 && section.track.kind === 'audio' && this.#lanes.length > 0) continue;
      this.#lanes.push(lane);
      this.#accept(reply, 'SETUP');
      this.#takeTransport(lane, reply);
      this.#takeSession(reply);
    }
    return false;
  }

  /** Every pair of ports that was opened, so that none is left behind whatever fails. */
  readonly #pairs: UdpPair[] = [];

  #closePairs(): void {
    for (const pair of this.#pairs.splice(0)) pair.close();
  }

  /** The camera may choose other channels and name its ports (RFC 2326 §12.39). */
  #takeTransport(lane: Lane, reply: RtspResponse): void {
    const stated = reply.headers.get('Transport') ?? '';
    const channels = /interleaved=(\d{1,3})(?:-(\d{1,3}))?/i.exec(stated);
    const rtp = channels === null ? lane.rtpChannel : Number(channels[1]);
    const rtcp = channels?.[2] === undefined ? rtp + 1 : Number(channels[2]);
    if (lane.udp === null && rtp < 255 && rtcp < 256) {
      this.#byChannel[rtp] = lane;
      this.#byChannel[rtcp] = { ...lane, rtpChannel: rtp };
      this.#rtcpChannels.add(rtcp);
    }
    const ports = /server_port=(\d{1,5})(?:-(\d{1,5}))?/i.exec(stated);
    if (ports !== null) lane.serverRtcpPort = Number(ports[2] ?? Number(ports[1]) + 1);
  }
  readonly #rtcpChannels = new Set<number>();

  #takeSession(reply: RtspResponse): void {
    const stated = reply.headers.get('Session');
    if (stated === undefined) return;
    const [id = '', ...rest] = stated.split(';');
    this.#session = id.trim();
    const timeout = /timeout\s*=\s*(\d{1,6})/i.exec(rest.join(';'));
    if (timeout !== null) this.#sessionSeconds = Math.max(1, Number(timeout[1]));
  }

  async #play(): Promise<void> {
    this.#announce();
    this.#hasVideo = this.#lanes.some((lane) => lane.receiver.kind === 'video');
    const reply = await this.#connection.request('PLAY', this.#base, {
      Session: this.#session,
      Range: 'npt=0.000-',
    });
    this.#accept(reply, 'PLAY');
    if (this.#over) throw this.#connection.fault('closed', 'we closed the connection');
    this.#connection.trust();
    const mono = monotonicTime();
    this.#playing = true;
    this.#giveMemory = keepFrameMemory();
    this.#lastPacketMono = mono;
    this.#lastKeepAliveMono = mono;
    this.#lastReportMono = mono;
    if (this.#transport === 'tcp') this.#connection.pace();
    const silenceMs = this.#options.silenceTimeoutMs ?? 4000;
    this.#watch = setInterval(() => this.#look(), Math.min(watchEveryMs, silenceMs / 4));
  }

  #accept(reply: RtspResponse, method: string): RtspResponse {
    if (reply.status >= 200 && reply.status < 300) return reply;
    const fault = faultOfStatus(reply.status);
    // A redirect is named but never followed: it could lead anywhere (RFC 2326 §11.3).
    const where = reply.status >= 300 && reply.status < 400 ? ', a redirect that is not followed' : '';
    throw this.#connection.fault(fault, `${method} was answered ${reply.status}${where}`);
  }

  #tracks(): Track[] {
    return this.#lanes.map((lane) => lane.receiver.track);
  }

  #announce(): void {
    this.#options.listener.onTracks(this.#tracks());
  }

  #interleaved(channel: number, bytes: Buffer, from: number, to: number): void {
    const lane = this.#byChannel[channel];
    if (lane === undefined) return;
    this.#packet(lane.receiver, bytes, from, to, this.#rtcpChannels.has(channel));
  }

  #packet(receiver: TrackReceiver, bytes: Buffer, from: number, to: number, rtcp: boolean): void {
    if (this.#over) return;
    const mono = this.#beginRead();
    // Reports and sound go on when a camera's encoder hangs: where there is a picture, only it counts.
    if (!rtcp && (receiver.kind === 'video' || !this.#hasVideo)) this.#lastPacketMono = mono;
    if (rtcp) receiver.rtcp(bytes, from, to);
    else receiver.rtp(bytes, from, to);
  }

  /** The clocks are read once for all packets of one turn of the loop. */
  #beginRead(): number {
    if (this.#readMono === 0) {
      const mono = monotonicTime();
      const wall = wallTime();
      this.#readMono = mono;
      for (const lane of this.#lanes) lane.receiver.beginRead(mono, wall);
      queueMicrotask(() => {
        this.#readMono = 0;
      });
    }
    return this.#readMono;
  }

  #look(): void {
    const mono = monotonicTime();
    for (const lane of this.#lanes) lane.window?.flushOlder(mono);
    if (this.#over) return;
    if (mono - this.#lastPacketMono > (this.#options.silenceTimeoutMs ?? 4000)) {
      const error = this.#connection.fault('stalled', 'nothing came for too long');
      this.#end({ fault: 'stalled', error });
      return;
    }
    if (mono - this.#lastReportMono > reportEveryMs) this.#report(mono);
    // A third of the time-out leaves room for a slow answer and for one that is lost.
    const keepAliveMs = Math.min(30_000, (this.#sessionSeconds * 1000) / 3);
    if (mono - this.#lastKeepAliveMono >= keepAliveMs && !this.#keepingAlive)
      void this.#keepAlive(mono, keepAliveMs);
  }

  async #keepAlive(mono: number, everyMs: number): Promise<void> {
    this.#lastKeepAliveMono = mono;
    this.#keepingAlive = true;
    try {
      // An answer that does not come must not hold up the next one beyond the session's time-out.
      const reply = await this.#connection.request(
        this.#keepAliveMethod,
        this.#base,
        { Session: this.#session },
        Math.min(everyMs, this.#options.replyTimeoutMs ?? 5000),
      );
      if (reply.status === 454)
        this.#end({ fault: 'closed', error: this.#connection.fault('closed', 'it forgot the session') });
      else if (reply.status >= 400 && this.#keepAliveMethod === 'GET_PARAMETER')
        this.#keepAliveMethod = 'OPTIONS';
    } catch (error) {
      // Media that flows is worth more than an answer: a camera that is silent on requests is left to the
      // silence watch; a refused login or a closed connection ends the stream.
      const fault = error instanceof LiuhenError ? error.details['fault'] : undefined;
      if (fault !== 'no-reply')
        this.#end({ fault: (fault ?? 'closed') as StreamFault, error: error as Error });
    } finally {
      this.#keepingAlive = false;
    }
  }

  #report(mono: number): void {
    this.#lastReportMono = mono;
    for (const lane of this.#lanes) {
      const { receiver } = lane;
      if (receiver.ssrc < 0) continue;
      const packet = encodeReceiverReport({
        ownSsrc: this.#ownSsrc,
        senderSsrc: receiver.ssrc,
        packetsLost: receiver.lostTotal,
        highestSequence: receiver.highest,
        lastReport: receiver.lastReportNtp,
        sinceLastReport:
          receiver.lastReportMono === 0 ? 0 : Math.round((mono - receiver.lastReportMono) * 65.536),
      });
      if (lane.udp === null) this.#connection.sendInterleaved(lane.rtpChannel + 1, packet);
      else if (lane.serverRtcpPort > 0) lane.udp.sendRtcp(packet, lane.serverRtcpPort);
    }
  }

  #end(end: StreamEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#giveMemory();
    if (this.#watch !== null) clearInterval(this.#watch);
    for (const lane of this.#lanes) lane.receiver.reset();
    this.#closePairs();
    this.#connection.destroy();
    this.#settle(this.#closing === null ? end : { fault: 'asked' });
  }
}
