// The device service of a simulated camera (ONVIF Core Specification §8, ver10/device/wsdl).
import { find, textOf } from './soap-reader.ts';
import { namespaces, xmlText, type OnvifCall } from './onvif-call.ts';

/** Operations of the access class PRE_AUTH (Core §5.9.4.2): answered without a login. */
export const preAuthOperations: ReadonlySet<string> = new Set([
  'GetSystemDateAndTime',
  'GetCapabilities',
  'GetServices',
  'GetServiceCapabilities',
  'GetHostname',
  'GetWsdlUrl',
  'GetEndpointReference',
]);

/** Where each service listens, below the base address. */
export const servicePaths = {
  device: '/onvif/device_service',
  media1: '/onvif/media_service',
  media2: '/onvif/media2_service',
  imaging: '/onvif/imaging_service',
  events: '/onvif/event_service',
} as const;

type ServiceName = keyof typeof servicePaths;

// The versions are two numbers, not a fraction: 2.60 is above 2.6.
const versions: Record<ServiceName, readonly [major: number, minor: number]> = {
  device: [21, 12],
  media1: [2, 60],
  media2: [21, 6],
  imaging: [16, 6],
  events: [20, 6],
};

const capabilities: Record<ServiceName, string> = {
  device:
    '<tds:Capabilities><tds:Network/><tds:Security UsernameToken="true" HttpDigest="true"/><tds:System DiscoveryResolve="false" DiscoveryBye="false"/></tds:Capabilities>',
  media1: `<trt:Capabilities xmlns:trt="${namespaces.media1}" SnapshotUri="true" OSD="true"><trt:ProfileCapabilities MaximumNumberOfProfiles="1"/><trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true"/></trt:Capabilities>`,
  media2: `<tr2:Capabilities xmlns:tr2="${namespaces.media2}" SnapshotUri="true" OSD="true"><tr2:ProfileCapabilities MaximumNumberOfProfiles="1" ConfigurationsSupported="VideoSource VideoEncoder AudioSource AudioEncoder"/><tr2:StreamingCapabilities RTSPStreaming="true" RTPMulticast="false" RTP_RTSP_TCP="true"/></tr2:Capabilities>`,
  imaging: `<timg:Capabilities xmlns:timg="${namespaces.imaging}" ImageStabilization="false"/>`,
  events: `<tev:Capabilities xmlns:tev="${namespaces.events}" WSSubscriptionPolicySupport="false" WSPausableSubscriptionManagerInterfaceSupport="false" MaxPullPoints="4"/>`,
};

export function deviceService(call: OnvifCall): string | undefined {
  const { operation, facts, base } = call;
  const reply = (body: string): string =>
    `<tds:${operation.name}Response xmlns:tds="${namespaces.device}" xmlns:tt="http://www.onvif.org/ver10/schema">${body}</tds:${operation.name}Response>`;
  const address = (name: ServiceName): string => xmlText(base + servicePaths[name]);
  switch (operation.name) {
    case 'GetSystemDateAndTime':
      return reply(dateAndTime(call.nowMs));
    case 'GetDeviceInformation':
      return reply(
        `<tds:Manufacturer>${xmlText(facts.make)}</tds:Manufacturer><tds:Model>${xmlText(facts.model)}</tds:Model><tds:FirmwareVersion>${xmlText(facts.firmware)}</tds:FirmwareVersion><tds:SerialNumber>${xmlText(facts.serial)}</tds:SerialNumber><tds:HardwareId>simulated</tds:HardwareId>`,
      );
    case 'GetServices': {
      const full = textOf(operation, 'IncludeCapability') === 'true';
      const names = Object.keys(servicePaths) as ServiceName[];
      return reply(
        names
          .map((name) => {
            const [major, minor] = versions[name];
            const extra = full ? `<tds:Capabilities>${capabilities[name]}</tds:Capabilities>` : '';
            return `<tds:Service><tds:Namespace>${namespaces[name]}</tds:Namespace><tds:XAddr>${address(name)}</tds:XAddr>${extra}<tds:Version><tt:Major>${major}</tt:Major><tt:Minor>${minor}</tt:Minor></tds:Version></tds:Service>`;
          })
          .join(''),
      );
    }
    case 'GetServiceCapabilities':
      return reply(capabilities.device);
    case 'GetCapabilities': {
      // Only the first generation's services are in this reply: Media2 is found by GetServices alone.
      const asked = find(operation, 'Category')?.text.trim() ?? 'All';
      const parts = {
        Device: `<tt:Device><tt:XAddr>${address('device')}</tt:XAddr></tt:Device>`,
        Events: `<tt:Events><tt:XAddr>${address('events')}</tt:XAddr><tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport><tt:WSPullPointSupport>true</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>`,
        Imaging: `<tt:Imaging><tt:XAddr>${address('imaging')}</tt:XAddr></tt:Imaging>`,
        Media: `<tt:Media><tt:XAddr>${address('media1')}</tt:XAddr><tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>`,
      };
      const chosen = Object.entries(parts).filter(([name]) => asked === 'All' || asked === name);
      return reply(`<tds:Capabilities>${chosen.map(([, xml]) => xml).join('')}</tds:Capabilities>`);
    }
    case 'GetScopes':
      return reply(
        scopes(facts.name)
          .map(
            (scope) =>
              `<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>${xmlText(scope)}</tt:ScopeItem></tds:Scopes>`,
          )
          .join(''),
      );
    case 'GetHostname':
      return reply(
        `<tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>${xmlText(facts.name)}</tt:Name></tds:HostnameInformation>`,
      );
    case 'GetNetworkInterfaces':
      return reply(
        `<tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>${xmlText(facts.mac)}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info><tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual><tt:Address>${xmlText(new URL(base).hostname)}</tt:Address><tt:PrefixLength>24</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4></tds:NetworkInterfaces>`,
      );
    default:
      return undefined;
  }
}

/** The scopes of Core §7.3.2.2, for GetScopes and for discovery alike. */
export function scopes(name: string): string[] {
  return [
    'onvif://www.onvif.org/type/video_encoder',
    'onvif://www.onvif.org/Profile/Streaming',
    'onvif://www.onvif.org/Profile/T',
    'onvif://www.onvif.org/hardware/simulated',
    `onvif://www.onvif.org/name/${encodeURIComponent(name)}`,
  ];
}

function dateAndTime(ms: number): string {
  const now = new Date(ms);
  const time = `<tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time>`;
  const date = `<tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date>`;
  return `<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></tds:SystemDateAndTime>`;
}
