// Both media services of a simulated camera: Media1 (ver10/media/wsdl, ONVIF Media Service Specification) and
// Media2 (ver20/media/wsdl, Media 2 Service Specification). One profile, one source, texts on the picture.
import { namespaces, SoapFault, xmlText, type OnvifCall } from './onvif-call.ts';
import { find, textOf, type SoapNode } from './soap-reader.ts';

/** The profile's token looks like a number, as on many cameras: clients must keep it as text. */
export const profileToken = '007';
export const sourceToken = 'VideoSource_1';
/** Media1 §5.14: the service says how many texts it can show; this camera shows so many. */
export const maxOsds = 4;
export const maxOsdChars = 256;

/** Texts laid over the picture, by token. They are kept, not painted: the coded pictures are ready-made. */
export class OsdStore {
  readonly texts = new Map<string, string>();
  #next = 1;

  create(text: string): string {
    if (this.texts.size >= maxOsds)
      throw new SoapFault('Receiver', ['ter:Action', 'ter:MaxOSDs'], 'no more texts fit on the picture');
    const token = `OSD_${this.#next++}`;
    this.texts.set(token, checkedText(text));
    return token;
  }

  set(token: string, text: string): void {
    this.#known(token);
    this.texts.set(token, checkedText(text));
  }

  delete(token: string): void {
    this.#known(token);
    this.texts.delete(token);
  }

  #known(token: string): void {
    if (!this.texts.has(token))
      throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:NoConfig'], 'no such OSD');
  }
}

function checkedText(text: string): string {
  if (text.length > maxOsdChars)
    throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:StringTooLong'], 'the text is too long');
  return text;
}

export function mediaService(version: 1 | 2, call: OnvifCall, osds: OsdStore): string | undefined {
  const { operation, base, rtspUrl } = call;
  const [prefix, namespace] = version === 1 ? ['trt', namespaces.media1] : ['tr2', namespaces.media2];
  const reply = (body: string): string =>
    `<${prefix}:${operation.name}Response xmlns:${prefix}="${namespace}" xmlns:tt="http://www.onvif.org/ver10/schema">${body}</${prefix}:${operation.name}Response>`;
  const uri = (address: string): string =>
    reply(
      version === 1
        ? `<trt:MediaUri><tt:Uri>${xmlText(address)}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>`
        : `<tr2:Uri>${xmlText(address)}</tr2:Uri>`,
    );
  switch (operation.name) {
    case 'GetProfiles': {
      const asked = textOf(operation, 'Token');
      if (version === 2 && asked !== '') knownProfile(asked);
      return reply(version === 1 ? profile1(call) : profile2(call));
    }
    case 'GetProfile': {
      if (version === 2) return undefined;
      knownProfile(textOf(operation, 'ProfileToken'));
      return reply(profile1(call).replaceAll('trt:Profiles', 'trt:Profile'));
    }
    case 'GetStreamUri':
      knownProfile(textOf(operation, 'ProfileToken'));
      if (textOf(operation, version === 1 ? 'Stream' : 'Protocol').endsWith('Multicast'))
        throw new SoapFault(
          'Sender',
          ['ter:InvalidArgVal', 'ter:InvalidStreamSetup'],
          'there is no multicast',
        );
      return uri(rtspUrl);
    case 'GetSnapshotUri':
      knownProfile(textOf(operation, 'ProfileToken'));
      return uri(`${base}/snapshot.jpg`);
    case 'GetVideoSources':
      if (version === 2) return undefined;
      return reply(
        `<trt:VideoSources token="${sourceToken}"><tt:Framerate>${call.facts.video.fps}</tt:Framerate><tt:Resolution>${sizeXml(call)}</tt:Resolution></trt:VideoSources>`,
      );
    case 'GetOSDs':
      return reply([...osds.texts].map(([token, text]) => osdXml(`${prefix}:OSDs`, token, text)).join(''));
    case 'CreateOSD': {
      const token = osds.create(osdText(find(operation, 'OSD')));
      return reply(`<${prefix}:OSDToken>${token}</${prefix}:OSDToken>`);
    }
    case 'SetOSD': {
      const osd = find(operation, 'OSD');
      osds.set(osd?.attributes.get('token') ?? '', osdText(osd));
      return reply('');
    }
    case 'DeleteOSD':
      osds.delete(textOf(operation, 'OSDToken'));
      return reply('');
    case 'GetServiceCapabilities':
      return reply(`<${prefix}:Capabilities SnapshotUri="true" OSD="true"/>`);
    default:
      return undefined;
  }
}

function knownProfile(token: string): void {
  if (token !== profileToken)
    throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:NoProfile'], 'no such profile');
}

function osdText(osd: SoapNode | undefined): string {
  if (textOf(osd, 'Type') !== 'Text' || !find(osd, 'PlainText'))
    throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:ConfigModify'], 'only plain text can be shown');
  if (textOf(osd, 'VideoSourceConfigurationToken') !== 'VideoSourceConfig_1')
    throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:NoConfig'], 'no such video source');
  return textOf(osd, 'PlainText');
}

function osdXml(element: string, token: string, text: string): string {
  return `<${element} token="${token}"><tt:VideoSourceConfigurationToken>VideoSourceConfig_1</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type><tt:Position><tt:Type>LowerLeft</tt:Type></tt:Position><tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>${xmlText(text)}</tt:PlainText></tt:TextString></${element}>`;
}

function sizeXml({ facts }: OnvifCall): string {
  const { width, height } = facts.video;
  return `<tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height>`;
}

const multicast =
  '<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>';

function sourceFields(call: OnvifCall): string {
  const { width, height } = call.facts.video;
  return `<tt:Name>Source</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>${sourceToken}</tt:SourceToken><tt:Bounds x="0" y="0" width="${width}" height="${height}"/>`;
}

const audioSource =
  '<tt:Name>Microphone</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>AudioSource_1</tt:SourceToken>';

function profile1(call: OnvifCall): string {
  const { video, audio } = call.facts;
  // Media1's schema has no H.265; such cameras say H264 here and the truth in Media2.
  const encoder = `<tt:VideoEncoderConfiguration token="VideoEncoder_1"><tt:Name>Encoder</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution>${sizeXml(call)}</tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>${video.fps}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>${video.codec === 'h264' ? `<tt:H264><tt:GovLength>${video.fps}</tt:GovLength><tt:H264Profile>High</tt:H264Profile></tt:H264>` : ''}${multicast}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>`;
  // onvif.xsd, AudioEncoding: G711, G726 and AAC; Opus has no name there.
  const sound =
    audio && audio.codec !== 'opus'
      ? `<tt:AudioSourceConfiguration token="AudioSourceConfig_1">${audioSource}</tt:AudioSourceConfiguration>`
      : '';
  const soundEncoder =
    audio && audio.codec !== 'opus'
      ? `<tt:AudioEncoderConfiguration token="AudioEncoder_1"><tt:Name>Sound</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>${audio.codec === 'aac' ? 'AAC' : 'G711'}</tt:Encoding><tt:Bitrate>64</tt:Bitrate><tt:SampleRate>${audio.clockRate / 1000}</tt:SampleRate>${multicast}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:AudioEncoderConfiguration>`
      : '';
  return `<trt:Profiles token="${profileToken}" fixed="true"><tt:Name>Main</tt:Name><tt:VideoSourceConfiguration token="VideoSourceConfig_1">${sourceFields(call)}</tt:VideoSourceConfiguration>${sound}${encoder}${soundEncoder}</trt:Profiles>`;
}

const soundNames = { aac: 'MP4A-LATM', pcma: 'PCMA', pcmu: 'PCMU', opus: 'OPUS' } as const;

function profile2(call: OnvifCall): string {
  const { video, audio } = call.facts;
  const types = [...call.operation.children]
    .filter(({ name }) => name === 'Type')
    .map(({ text }) => text.trim());
  // Media2 §5.2.3: configurations are in the reply only for the types that were asked for.
  const asked = (type: string): boolean => types.includes('All') || types.includes(type);
  const parts = [
    asked('VideoSource') &&
      `<tr2:VideoSource token="VideoSourceConfig_1">${sourceFields(call)}</tr2:VideoSource>`,
    asked('AudioSource') &&
      audio &&
      `<tr2:AudioSource token="AudioSourceConfig_1">${audioSource}</tr2:AudioSource>`,
    asked('VideoEncoder') &&
      `<tr2:VideoEncoder token="VideoEncoder_1" GovLength="${video.fps}" Profile="${video.codec === 'h264' ? 'High' : 'Main'}"><tt:Name>Encoder</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>${video.codec.toUpperCase()}</tt:Encoding><tt:Resolution>${sizeXml(call)}</tt:Resolution><tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>${video.fps}</tt:FrameRateLimit><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl><tt:Quality>5</tt:Quality></tr2:VideoEncoder>`,
    asked('AudioEncoder') &&
      audio &&
      `<tr2:AudioEncoder token="AudioEncoder_1"><tt:Name>Sound</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>${soundNames[audio.codec]}</tt:Encoding><tt:Bitrate>64</tt:Bitrate><tt:SampleRate>${audio.clockRate / 1000}</tt:SampleRate></tr2:AudioEncoder>`,
  ].filter((part) => typeof part === 'string');
  const all = parts.length > 0 ? `<tr2:Configurations>${parts.join('')}</tr2:Configurations>` : '';
  return `<tr2:Profiles token="${profileToken}" fixed="true"><tr2:Name>Main</tr2:Name>${all}</tr2:Profiles>`;
}
