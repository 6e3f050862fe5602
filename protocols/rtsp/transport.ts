// The Transport, Session, RTP-Info and Public headers (RFC 2326 §12.39, §12.37, §12.33, §12.28).

export interface TransportValue {
  readonly lower: 'tcp' | 'udp';
  readonly unicast: boolean;
  readonly interleaved?: readonly [rtp: number, rtcp: number];
  readonly clientPort?: readonly [rtp: number, rtcp: number];
  readonly serverPort?: readonly [rtp: number, rtcp: number];
  readonly source?: string;
  readonly ssrc?: number;
  readonly mode?: string;
}

/** One Transport value per alternative, in the order of preference; alternatives other than RTP/AVP are left out. */
export function parseTransports(text: string): TransportValue[] {
  const out: TransportValue[] = [];
  for (const alternative of text.split(',').slice(0, 16)) {
    const [spec, ...parameters] = alternative.split(';').map((part) => part.trim());
    const match = /^RTP\/AVP(?:\/(TCP|UDP))?$/i.exec(spec ?? '');
    if (!match) continue;
    const values = new Map<string, string>();
    for (const parameter of parameters.slice(0, 32)) {
      const equals = parameter.indexOf('=');
      if (equals < 0) values.set(parameter.toLowerCase(), '');
      else values.set(parameter.slice(0, equals).trim().toLowerCase(), parameter.slice(equals + 1).trim());
    }
    const ssrc = values.get('ssrc');
    out.push({
      lower: match[1]?.toUpperCase() === 'TCP' ? 'tcp' : 'udp',
      unicast: !values.has('multicast'),
      ...pair('interleaved', values.get('interleaved'), 255),
      ...pair('clientPort', values.get('client_port'), 65535),
      ...pair('serverPort', values.get('server_port'), 65535),
      ...(values.has('source') && { source: values.get('source') as string }),
      // Some cameras write it with blanks or 0x in front.
      ...(ssrc !== undefined &&
        /^(0x)?[0-9a-f]{1,8}$/i.test(ssrc) && { ssrc: Number.parseInt(ssrc.replace(/^0x/i, ''), 16) }),
      ...(values.has('mode') && { mode: (values.get('mode') as string).replace(/"/g, '') }),
    });
  }
  return out;
}

/** A Transport value as a client or server writes it. */
export function formatTransport(value: TransportValue): string {
  const parts = [
    value.lower === 'tcp' ? 'RTP/AVP/TCP' : 'RTP/AVP',
    value.unicast ? 'unicast' : 'multicast',
    ...(value.clientPort ? [`client_port=${value.clientPort.join('-')}`] : []),
    ...(value.serverPort ? [`server_port=${value.serverPort.join('-')}`] : []),
    ...(value.interleaved ? [`interleaved=${value.interleaved.join('-')}`] : []),
    ...(value.source === undefined ? [] : [`source=${value.source}`]),
    ...(value.ssrc === undefined ? [] : [`ssrc=${value.ssrc.toString(16).toUpperCase().padStart(8, '0')}`]),
    ...(value.mode === undefined ? [] : [`mode="${value.mode}"`]),
  ];
  return parts.join(';');
}

export interface SessionValue {
  readonly id: string;
  /** Seconds, when the camera names them. */
  readonly timeoutSeconds?: number;
}

/** The Session header (RFC 2326 §12.37), or null when it names no id. */
export function parseSession(text: string | undefined): SessionValue | null {
  if (text === undefined) return null;
  const [id, ...parameters] = text.split(';').map((part) => part.trim());
  if (id === undefined || id === '' || id.length > 256 || /\s/.test(id)) return null;
  for (const parameter of parameters) {
    const match = /^timeout\s*=\s*(\d{1,6})/i.exec(parameter);
    if (match && Number(match[1]) > 0) return { id, timeoutSeconds: Number(match[1]) };
  }
  return { id };
}

export interface RtpInfo {
  readonly url: string;
  /** Sequence number of the first packet. */
  readonly seq?: number;
  /** RTP stamp that belongs to the Range's start. */
  readonly rtptime?: number;
}

/** The RTP-Info header (RFC 2326 §12.33); entries without a url are left out. */
export function parseRtpInfo(text: string | undefined): RtpInfo[] {
  const out: RtpInfo[] = [];
  for (const entry of (text ?? '').split(',').slice(0, 16)) {
    const values = new Map<string, string>();
    for (const parameter of entry.split(';')) {
      const equals = parameter.indexOf('=');
      if (equals > 0)
        values.set(parameter.slice(0, equals).trim().toLowerCase(), parameter.slice(equals + 1).trim());
    }
    const url = values.get('url')?.replace(/^"|"$/g, '');
    if (url === undefined || url === '') continue;
    out.push({
      url,
      ...whole('seq', values.get('seq'), 0xffff),
      ...whole('rtptime', values.get('rtptime'), 0xffffffff),
    });
  }
  return out;
}

/** The methods in a Public or Allow header, in capitals. */
export function parsePublic(text: string | undefined): ReadonlySet<string> {
  return new Set(
    (text ?? '')
      .split(/[,\s]+/)
      .slice(0, 64)
      .map((word) => word.trim().toUpperCase())
      .filter((word) => word !== ''),
  );
}

function whole<Name extends string>(
  name: Name,
  text: string | undefined,
  most: number,
): { readonly [key in Name]?: number } {
  if (text === undefined || !/^\d{1,10}$/.test(text) || Number(text) > most) return {};
  return { [name]: Number(text) } as { readonly [key in Name]?: number };
}

function pair<Name extends string>(
  name: Name,
  text: string | undefined,
  most: number,
): { readonly [key in Name]?: readonly [number, number] } {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text ?? '');
  if (!match) return {};
  const first = Number(match[1]);
  const second = match[2] === undefined ? first + 1 : Number(match[2]);
  if (first > most || second > most) return {};
  return { [name]: [first, second] } as unknown as { readonly [key in Name]?: readonly [number, number] };
}
