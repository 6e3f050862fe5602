// A small ONVIF camera whose every answer a test may spoil. It checks logins by the published formulas, on its
// own, and counts what it was sent.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export const username = 'admin';
export const password = 'geheim-&<4711>';

export interface Call {
  /** The element inside the body, '' for a GET. */
  readonly operation: string;
  readonly body: string;
  readonly path: string;
  readonly media2: boolean;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** XML of a body, or undefined when the handler has answered or ruined the response itself. */
export type Answer = (call: Call) => string | undefined;

export interface BadCamera {
  readonly port: number;
  readonly url: string;
  readonly calls: Call[];
  /** UsernameTokens and Authorization headers, right or wrong. */
  readonly logins: number;
}

export interface BadCameraOptions {
  readonly login?: 'none' | 'token' | 'digest';
  /** Its clock minus ours; read at each call. */
  readonly skewMs?: () => number;
  /** Every nonce is good for one request, and none is called stale. */
  readonly onceNonces?: boolean;
  /** Operations that need no login, beside those of the access class PRE_AUTH. */
  readonly open?: readonly string[];
  readonly tls?: 'camera' | 'other';
}

const preAuth = new Set(['GetSystemDateAndTime', 'GetServices', 'GetCapabilities']);

export const soap = (body: string): string =>
  `<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>${body}</e:Body></e:Envelope>`;

export const soapFault = (subcode: string): string =>
  `<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>${subcode}</e:Value></e:Subcode></e:Code></e:Fault>`;

/** What a good camera answers, in the layout of the ONVIF schemas; the announced host is always another one. */
export function honest({ operation, media2 }: Call, skewMs = 0): string {
  const now = new Date(Date.now() + skewMs);
  const encoder =
    '<Encoding>H264</Encoding><Resolution><Width>1920</Width><Height>1080</Height></Resolution>';
  const answers: Record<string, string> = {
    GetSystemDateAndTime: `<SystemDateAndTime><UTCDateTime><Time><Hour>${now.getUTCHours()}</Hour><Minute>${now.getUTCMinutes()}</Minute><Second>${now.getUTCSeconds()}</Second></Time><Date><Year>${now.getUTCFullYear()}</Year><Month>${now.getUTCMonth() + 1}</Month><Day>${now.getUTCDate()}</Day></Date></UTCDateTime></SystemDateAndTime>`,
    GetDeviceInformation:
      '<Manufacturer>Acme</Manufacturer><Model>C1</Model><FirmwareVersion>2.10</FirmwareVersion><SerialNumber>0042</SerialNumber>',
    GetNetworkInterfaces:
      '<NetworkInterfaces token="0"><Info><HwAddress>02:00:00:00:00:01</HwAddress></Info></NetworkInterfaces>',
    GetServices: services('http://192.0.2.77:1'),
    GetCapabilities:
      '<Capabilities><Media><XAddr>http://192.0.2.77/onvif/media</XAddr></Media></Capabilities>',
    GetProfiles: media2
      ? `<Profiles token="007"><Configurations><VideoEncoder>${encoder}</VideoEncoder></Configurations></Profiles>`
      : `<Profiles token="00"><VideoEncoderConfiguration>${encoder}</VideoEncoderConfiguration></Profiles>`,
    GetStreamUri: media2
      ? '<Uri>rtsp://192.0.2.77/two?a=1&amp;b=2</Uri>'
      : '<MediaUri><Uri>rtsp://192.0.2.77:8554/one</Uri></MediaUri>',
    GetSnapshotUri: media2
      ? '<Uri>http://192.0.2.77/picture</Uri>'
      : '<MediaUri><Uri>http://192.0.2.77/picture</Uri></MediaUri>',
  };
  const answer = answers[operation];
  return answer === undefined
    ? soapFault('ter:ActionNotSupported')
    : `<${operation}Response>${answer}</${operation}Response>`;
}

export function services(base: string, paths = ['/onvif/media', '/onvif/media2']): string {
  return ['http://www.onvif.org/ver10/media/wsdl', 'http://www.onvif.org/ver20/media/wsdl']
    .map(
      (name, i) => `<Service><Namespace>${name}</Namespace><XAddr>${base}${paths[i] ?? ''}</XAddr></Service>`,
    )
    .join('');
}

/** Listens on a free port of 127.0.0.1 until the test ends. `answer` comes before the honest one. */
export async function badOnvifCamera(
  t: Test,
  answer: Answer,
  options: BadCameraOptions = {},
): Promise<BadCamera> {
  const calls: Call[] = [];
  let logins = 0;
  let nonce = 0;
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const operation = /Body><(\w+)/.exec(body)?.[1] ?? '';
      const call: Call = {
        operation,
        body,
        path: request.url ?? '',
        media2: body.includes('/ver20/media/'),
        request,
        response,
      };
      calls.push(call);
      const signed = body.includes('UsernameToken') || request.headers.authorization !== undefined;
      if (signed) logins += 1;
      const open = preAuth.has(operation) || options.open?.includes(operation) === true;
      const { login = 'none' } = options;
      if (login === 'token' && !open && !rightToken(body, options.skewMs?.() ?? 0)) {
        response.writeHead(400).end(soap(soapFault('ter:NotAuthorized')));
        return;
      }
      if (login === 'digest' && !open) {
        const current = `n${nonce}`;
        if (!rightDigest(request, current)) {
          if (options.onceNonces === true) nonce += 1;
          const next = `n${nonce}`;
          response
            .writeHead(401, { 'www-authenticate': `Digest realm="c", qop="auth", nonce="${next}"` })
            .end();
          return;
        }
        if (options.onceNonces === true) nonce += 1;
      }
      const xml = answer(call);
      if (xml !== undefined) response.end(soap(xml));
    });
  };
  const server = options.tls
    ? createTlsServer({ key: pem(options.tls, 'key'), cert: pem(options.tls, 'cert') }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}/onvif/device_service`,
    calls,
    get logins() {
      return logins;
    },
  };
}

function pem(name: string, kind: 'key' | 'cert'): Buffer {
  return readFileSync(new URL(`../fixtures/tls/${name}.${kind}.pem`, import.meta.url));
}

// OASIS WSS UsernameToken Profile 1.0 §3.1, and ONVIF Core §5.9.2: the time must be near the camera's own.
function rightToken(body: string, skewMs: number): boolean {
  const field = (name: string): string =>
    new RegExp(`<\\w+:${name}(?: [^>]*)?>([^<]*)<`).exec(body)?.[1] ?? '';
  const made = createHash('sha1')
    .update(Buffer.from(field('Nonce'), 'base64'))
    .update(field('Created') + password)
    .digest('base64');
  const off = Math.abs(Date.parse(field('Created')) - (Date.now() + skewMs));
  return field('Username') === username && field('Password') === made && off < 60_000;
}

// RFC 7616 §3.4.1 with qop=auth and MD5.
function rightDigest(request: IncomingMessage, nonce: string): boolean {
  const header = request.headers.authorization ?? '';
  const field = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`).exec(header)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const right = md5(
    `${md5(`${username}:c:${password}`)}:${nonce}:${field('nc')}:${field('cnonce')}:auth:${md5(`${request.method}:${request.url}`)}`,
  );
  return field('nonce') === nonce && field('response') === right;
}
