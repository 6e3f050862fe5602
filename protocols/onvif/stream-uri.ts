// GetStreamUri of both media services: Media2 (ONVIF Media 2 Service Specification) and Media1 (ONVIF Media
// Service Specification). Which of the two is asked is left to the client.
import { child, escapeXml, readEnvelope, text, unreadable } from './soap.ts';

export const mediaNamespaces = {
  media1: 'http://www.onvif.org/ver10/media/wsdl',
  media2: 'http://www.onvif.org/ver20/media/wsdl',
} as const;

export type MediaService = keyof typeof mediaNamespaces;

/** The body that asks for a unicast stream over RTSP. `token` is the profile's, as the camera gave it. */
export function streamUriRequest(service: MediaService, token: string): string {
  const profile = `<ProfileToken>${escapeXml(token)}</ProfileToken>`;
  const open = `<GetStreamUri xmlns="${mediaNamespaces[service]}">`;
  if (service === 'media2') return `${open}<Protocol>RTSP</Protocol>${profile}</GetStreamUri>`;
  const schema = 'xmlns:tt="http://www.onvif.org/ver10/schema"';
  const setup = `<StreamSetup ${schema}><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></StreamSetup>`;
  return `${open}${setup}${profile}</GetStreamUri>`;
}

/** The stream's URI as the camera gives it. Throws ONVIF_REPLY_UNREADABLE when there is none. */
export function readStreamUri(service: MediaService, xml: string): string {
  const reply = readEnvelope(xml, 'GetStreamUriResponse');
  const uri = text(service === 'media2' ? reply : child(reply, 'MediaUri'), 'Uri');
  if (uri === undefined || !/^rtsps?:\/\//i.test(uri)) throw unreadable('no RTSP address');
  return uri;
}
