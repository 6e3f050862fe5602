// The address of a stream as the recorder may use it: on the camera's own host, whatever the camera announced.
import { unreadable } from '../../protocols/onvif/soap.ts';

const defaultPort = 554;

/**
 * `announced` (rtsp://, RFC 2326 §3.2) on the host of `device`. Its port, path and query stay, its user info
 * goes. Throws ONVIF_REPLY_UNREADABLE for an address with white space or control characters in it.
 */
export function streamOnHost(device: URL, announced: string): string {
  const [, authority = '', rest = ''] = /^rtsp:\/\/([^/?#]*)(.*)$/is.exec(announced) ?? [];
  // It becomes a request line: a line break in it would be a header of the camera's choice.
  if (authority === '' || /[\s\p{C}]/u.test(announced)) throw unreadable('no usable RTSP address');
  const named = Number(/:(\d{1,5})$/.exec(authority)?.[1] ?? defaultPort);
  const port = named >= 1 && named <= 65_535 ? named : defaultPort;
  return `rtsp://${device.hostname}${port === defaultPort ? '' : `:${port}`}${rest}`;
}
