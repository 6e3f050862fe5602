// Session descriptions (RFC 8866), as far as a camera's DESCRIBE answer needs them, and what each track's
// format parameters mean is left to protocols/rtp/tracks.ts.
import { LiuhenError } from '../../config/errors.ts';
import { maxBodyBytes, maxSdpAttributes, maxSdpMedia } from './limits.ts';

export interface SdpFormat {
  readonly payloadType: number;
  /** Encoding name in lower case: from rtpmap, or the static table of RFC 3551 §6. Empty when neither says. */
  readonly encoding: string;
  readonly clockRate: number;
  /** 1 when not given. */
  readonly channels: number;
  /** fmtp parameters, names in lower case, values as written (RFC 8866 §6.15). */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface SdpMedia {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly SdpFormat[];
  readonly control?: string;
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

export interface SessionDescription {
  readonly control?: string;
  readonly media: readonly SdpMedia[];
}

/** Static payload types (RFC 3551 §6) that cameras use without an rtpmap. */
const staticFormats: Readonly<Record<number, readonly [encoding: string, clockRate: number]>> = {
  0: ['pcmu', 8000],
  8: ['pcma', 8000],
  26: ['jpeg', 90000],
};

interface Section {
  kind: string;
  port: number;
  protocol: string;
  payloadTypes: number[];
  attributes: (readonly [name: string, value: string])[];
}

/**
 * Reads a description. Lines that are not understood are passed over, as RFC 8866 §5 asks for attributes;
 * both line ends are taken. Throws SDP_BAD when it is none, or over a limit.
 */
export function parseSdp(text: string): SessionDescription {
  if (text.length > maxBodyBytes) throw bad(`more than ${maxBodyBytes} characters`);
  if (!/^\s*v=/.test(text)) throw bad('it does not begin with v=');
  const session: Section = { kind: 'session', port: 0, protocol: '', payloadTypes: [], attributes: [] };
  const sections: Section[] = [];
  let current = session;
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line.startsWith('m=')) {
      if (sections.length >= maxSdpMedia) throw bad(`more than ${maxSdpMedia} media sections`);
      current = mediaLine(line.slice(2));
      sections.push(current);
    } else if (line.startsWith('a=')) {
      if (current.attributes.length >= maxSdpAttributes)
        throw bad(`more than ${maxSdpAttributes} attributes in a section`);
      const colon = line.indexOf(':');
      current.attributes.push(
        colon < 0
          ? [line.slice(2).toLowerCase(), '']
          : [line.slice(2, colon).toLowerCase(), line.slice(colon + 1)],
      );
    }
  }
  const control = attribute(session, 'control');
  return { ...(control !== undefined && { control }), media: sections.map(media) };
}

/** `m=<media> <port>[/<count>] <proto> <fmt>…` (RFC 8866 §5.14). */
function mediaLine(text: string): Section {
  const [kind, port, protocol, ...formats] = text.split(/\s+/);
  const number = Number.parseInt(port ?? '', 10);
  if (kind === undefined || !(number >= 0 && number <= 65535) || protocol === undefined)
    throw bad(`media line ${JSON.stringify(text.slice(0, 80))}`);
  return {
    kind: kind.toLowerCase(),
    port: number,
    protocol,
    payloadTypes: formats
      .filter((format) => /^\d{1,3}$/.test(format) && Number(format) <= 127)
      .slice(0, 32)
      .map(Number),
    attributes: [],
  };
}

function media(section: Section): SdpMedia {
  const control = attribute(section, 'control');
  const direction = section.attributes
    .map(([name]) => name)
    .find((name) => ['sendrecv', 'sendonly', 'recvonly', 'inactive'].includes(name));
  return {
    kind: section.kind,
    port: section.port,
    protocol: section.protocol,
    formats: section.payloadTypes.map((payloadType) => format(section, payloadType)),
    ...(control !== undefined && { control }),
    direction: (direction as SdpMedia['direction'] | undefined) ?? 'sendrecv',
  };
}

function format(section: Section, payloadType: number): SdpFormat {
  const rtpmap = /^([^/\s]+)\s*\/\s*(\d{1,7})(?:\s*\/\s*(\d{1,3}))?/.exec(
    valueFor(section, 'rtpmap', payloadType),
  );
  const [encoding, rate] = staticFormats[payloadType] ?? ['', 0];
  return {
    payloadType,
    encoding: rtpmap?.[1]?.toLowerCase() ?? encoding,
    clockRate: rtpmap ? Number(rtpmap[2]) : rate,
    channels: rtpmap?.[3] === undefined ? 1 : Number(rtpmap[3]),
    parameters: parameters(valueFor(section, 'fmtp', payloadType)),
  };
}

function valueFor(section: Section, name: string, payloadType: number): string {
  for (const [own, value] of section.attributes) {
    if (own !== name) continue;
    const match = /^\s*(\d+)\s+(.*)$/.exec(value);
    if (match && Number(match[1]) === payloadType) return (match[2] as string).trim();
  }
  return '';
}

function parameters(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) out.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return out;
}

function attribute(section: Section, name: string): string | undefined {
  return section.attributes.find(([own]) => own === name)?.[1].trim();
}

function bad(why: string): LiuhenError {
  return new LiuhenError('SDP_BAD', { why });
}
