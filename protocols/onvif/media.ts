// Profiles, stream and snapshot addresses of both media services: Media2 (ONVIF Media 2 Service Specification
// §5.2, §5.6) and Media1 (ONVIF Media Service Specification §5.2, §5.15). Which one is asked is the client's.
import { maxProfiles } from './limits.ts';
import { child, children, escapeXml, readEnvelope, text, unreadable, type XmlElement } from './soap.ts';

export const mediaNamespaces = {
  media1: 'http://www.onvif.org/ver10/media/wsdl',
  media2: 'http://www.onvif.org/ver20/media/wsdl',
} as const;

export type MediaService = keyof typeof mediaNamespaces;

export interface MediaProfile {
  /** As the camera gave it: "007" is not 7. */
  readonly token: string;
  readonly name: string;
  /** Pixels; 0 where the camera does not tell. */
  readonly width: number;
  readonly height: number;
  /** The camera's word for it, in capitals: H264, H265, JPEG, …; '' when the profile has no video encoder. */
  readonly encoding: string;
  /** Tokens of its video source configuration and of the source itself; '' where the camera does not tell. */
  readonly sourceConfiguration: string;
  readonly source: string;
}

/** Bodies for buildEnvelope. `token` is a profile's, as the camera gave it. */
export const mediaRequests = {
  profiles: (service: MediaService): string => {
    const open = `<GetProfiles xmlns="${mediaNamespaces[service]}"`;
    // Media2 leaves configurations out unless they are asked for (Media2 §5.2.2).
    return service === 'media2'
      ? `${open}><Type>VideoSource</Type><Type>VideoEncoder</Type></GetProfiles>`
      : `${open}/>`;
  },
  /** Asks for a unicast stream over RTSP. */
  streamUri: (service: MediaService, token: string): string => {
    const profile = `<ProfileToken>${escapeXml(token)}</ProfileToken>`;
    const open = `<GetStreamUri xmlns="${mediaNamespaces[service]}">`;
    if (service === 'media2') return `${open}<Protocol>RTSP</Protocol>${profile}</GetStreamUri>`;
    const schema = 'xmlns:tt="http://www.onvif.org/ver10/schema"';
    const setup = `<StreamSetup ${schema}><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></StreamSetup>`;
    return `${open}${setup}${profile}</GetStreamUri>`;
  },
  snapshotUri: (service: MediaService, token: string): string =>
    `<GetSnapshotUri xmlns="${mediaNamespaces[service]}"><ProfileToken>${escapeXml(token)}</ProfileToken></GetSnapshotUri>`,
} as const;

/** The profiles that have a token, in the camera's order. Throws what readEnvelope throws. */
export function readProfiles(service: MediaService, xml: string): readonly MediaProfile[] {
  const found = children(readEnvelope(xml, 'GetProfilesResponse'), 'Profiles');
  if (found.length > maxProfiles) throw unreadable(`more than ${maxProfiles} profiles`);
  return found.flatMap((profile) => {
    const token = text(profile, '@token');
    if (token === undefined || token === '') return [];
    const encoder =
      service === 'media2'
        ? child(child(profile, 'Configurations'), 'VideoEncoder')
        : child(profile, 'VideoEncoderConfiguration');
    const source =
      service === 'media2'
        ? child(child(profile, 'Configurations'), 'VideoSource')
        : child(profile, 'VideoSourceConfiguration');
    const size = child(encoder, 'Resolution');
    return [
      {
        token,
        name: text(profile, 'Name') ?? '',
        width: pixels(size, 'Width'),
        height: pixels(size, 'Height'),
        encoding: (text(encoder, 'Encoding') ?? '').toUpperCase().replace(/[^A-Z0-9]/g, ''),
        sourceConfiguration: text(source, '@token') ?? '',
        source: text(source, 'SourceToken') ?? '',
      },
    ];
  });
}

function pixels(size: XmlElement | undefined, name: string): number {
  const value = text(size, name) ?? '';
  return /^\d{1,5}$/.test(value) ? Number(value) : 0;
}

/**
 * The profile to record. `wanted` is a token or else a name; without it, the most pixels among those in H.264
 * or H.265, and the first of equals. Undefined when there is none.
 */
export function chooseProfile(profiles: readonly MediaProfile[], wanted?: string): MediaProfile | undefined {
  if (wanted !== undefined)
    return profiles.find(({ token }) => token === wanted) ?? profiles.find(({ name }) => name === wanted);
  const recordable = profiles.filter(({ encoding }) => encoding === 'H264' || encoding === 'H265');
  // A camera that leaves its configurations out still has a first profile, and by custom that is the main one.
  const among = recordable.length > 0 ? recordable : profiles.filter(({ encoding }) => encoding === '');
  return among.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
}

/** The stream's URI as the camera gives it. Throws ONVIF_REPLY_UNREADABLE when there is none. */
export function readStreamUri(service: MediaService, xml: string): string {
  return uri(service, readEnvelope(xml, 'GetStreamUriResponse'), /^rtsp:\/\//i, 'no RTSP address');
}

/** The snapshot's URI as the camera gives it. Throws ONVIF_REPLY_UNREADABLE when there is none. */
export function readSnapshotUri(service: MediaService, xml: string): string {
  return uri(service, readEnvelope(xml, 'GetSnapshotUriResponse'), /^https?:\/\//i, 'no HTTP address');
}

function uri(service: MediaService, reply: XmlElement, allowed: RegExp, otherwise: string): string {
  const found = text(service === 'media2' ? reply : child(reply, 'MediaUri'), 'Uri');
  if (found === undefined || !allowed.test(found)) throw unreadable(otherwise);
  return found;
}
