// Texts on the picture (on-screen display) of both media services (ONVIF Media and Media 2 Service Specifications,
// "On Screen Display"; types in onvif.xsd, OSDConfiguration). Plain texts only: dates and pictures are left alone.
import { mediaNamespaces, type MediaService } from './media.ts';
import { child, children, escapeXml, readEnvelope, text, unreadable } from './soap.ts';

const schema = 'xmlns:tt="http://www.onvif.org/ver10/schema"';

/** Texts that are read from one answer; cameras show eight at most. */
export const maxOsds = 64;
/** Characters of one text that are read. */
export const maxOsdChars = 256;

/** onvif.xsd, OSDPosConfiguration: a corner, or a place between -1 and 1 from the left and from below. */
export interface OsdPosition {
  readonly type: string;
  readonly x?: number;
  readonly y?: number;
}

export interface Osd {
  readonly token: string;
  /** The token of the video source configuration on whose picture it stands. */
  readonly source: string;
  /** The plain text; null when it is a date, a time or a picture. */
  readonly text: string | null;
  readonly position: OsdPosition;
}

/** What a text is made or changed to. */
export interface OsdText {
  readonly source: string;
  readonly text: string;
  readonly position: OsdPosition;
}

/** Bodies for buildEnvelope. */
export const osdRequests = {
  /** All texts on the picture of `source` (GetOSDs of either service). */
  list: (service: MediaService, source: string): string =>
    `<GetOSDs xmlns="${mediaNamespaces[service]}"><ConfigurationToken>${escapeXml(source)}</ConfigurationToken></GetOSDs>`,
  /** CreateOSD; the camera chooses the token, and wants the attribute all the same (onvif.xsd, DeviceEntity). */
  create: (service: MediaService, osd: OsdText): string =>
    `<CreateOSD xmlns="${mediaNamespaces[service]}">${osdXml('', osd)}</CreateOSD>`,
  /** SetOSD: replaces all of the text `token`. */
  set: (service: MediaService, token: string, osd: OsdText): string =>
    `<SetOSD xmlns="${mediaNamespaces[service]}">${osdXml(token, osd)}</SetOSD>`,
  remove: (service: MediaService, token: string): string =>
    `<DeleteOSD xmlns="${mediaNamespaces[service]}"><OSDToken>${escapeXml(token)}</OSDToken></DeleteOSD>`,
} as const;

/** The texts with a token, in the camera's order. Throws what readEnvelope throws, or for more than maxOsds. */
export function readOsds(xml: string): readonly Osd[] {
  const found = children(readEnvelope(xml, 'GetOSDsResponse'), 'OSDs');
  if (found.length > maxOsds) throw unreadable(`more than ${maxOsds} texts on the picture`);
  return found.flatMap((osd) => {
    const token = text(osd, '@token');
    if (token === undefined || token === '') return [];
    const shown = child(osd, 'TextString');
    const isPlain = text(osd, 'Type') === 'Text' && text(shown, 'Type') === 'Plain';
    const position = child(osd, 'Position');
    const pos = child(position, 'Pos');
    const [x, y] = [Number(text(pos, '@x') ?? ''), Number(text(pos, '@y') ?? '')];
    return [
      {
        token,
        source: text(osd, 'VideoSourceConfigurationToken') ?? '',
        text: isPlain ? (text(shown, 'PlainText') ?? '').slice(0, maxOsdChars) : null,
        position: {
          type: text(position, 'Type') ?? 'LowerLeft',
          ...(pos && Number.isFinite(x) && Number.isFinite(y) ? { x, y } : {}),
        },
      },
    ];
  });
}

/** The token of a text that was made. Throws ONVIF_REPLY_UNREADABLE when there is none. */
export function readCreatedOsd(xml: string): string {
  const token = text(readEnvelope(xml, 'CreateOSDResponse'), 'OSDToken') ?? '';
  if (token === '') throw unreadable('no token of a text on the picture');
  return token;
}

function osdXml(token: string, { source, text: shown, position }: OsdText): string {
  const { type, x, y } = position;
  const pos = x === undefined || y === undefined ? '' : `<tt:Pos x="${x}" y="${y}"/>`;
  return `<OSD token="${escapeXml(token)}" ${schema}><tt:VideoSourceConfigurationToken>${escapeXml(source)}</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type><tt:Position><tt:Type>${escapeXml(type)}</tt:Type>${pos}</tt:Position><tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>${escapeXml(shown)}</tt:PlainText></tt:TextString></OSD>`;
}
