// The device service (ONVIF Core Specification §8): requests, and the readers of their answers.
import { child, children, readEnvelope, text, unreadable, type XmlElement } from './soap.ts';

const tds = 'http://www.onvif.org/ver10/device/wsdl';

export interface DeviceInformation {
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial: string;
}

/** Bodies for buildEnvelope. GetSystemDateAndTime is sent without a login (Core §5.12, class PRE_AUTH). */
export const deviceRequests = {
  dateAndTime: `<GetSystemDateAndTime xmlns="${tds}"/>`,
  information: `<GetDeviceInformation xmlns="${tds}"/>`,
  services: `<GetServices xmlns="${tds}"><IncludeCapability>false</IncludeCapability></GetServices>`,
  capabilities: `<GetCapabilities xmlns="${tds}"><Category>All</Category></GetCapabilities>`,
  networkInterfaces: `<GetNetworkInterfaces xmlns="${tds}"/>`,
} as const;

/** The camera's UTC clock in milliseconds since 1970. Throws what readEnvelope throws. */
export function readDateAndTime(xml: string): number {
  const reply = readEnvelope(xml, 'GetSystemDateAndTimeResponse');
  const utc = child(child(reply, 'SystemDateAndTime'), 'UTCDateTime');
  const date = child(utc, 'Date');
  const time = child(utc, 'Time');
  return Date.UTC(
    numberOf(date, 'Year'),
    numberOf(date, 'Month') - 1,
    numberOf(date, 'Day'),
    numberOf(time, 'Hour'),
    numberOf(time, 'Minute'),
    numberOf(time, 'Second'),
  );
}

function numberOf(element: XmlElement | undefined, name: string): number {
  const value = text(element, name);
  if (value === undefined || !/^\d{1,4}$/.test(value)) throw unreadable(`no ${name} in the UTC time`);
  return Number(value);
}

/** What the camera says that it is; a field that it leaves out is an empty text. */
export function readInformation(xml: string): DeviceInformation {
  const reply = readEnvelope(xml, 'GetDeviceInformationResponse');
  return {
    manufacturer: text(reply, 'Manufacturer') ?? '',
    model: text(reply, 'Model') ?? '',
    firmware: text(reply, 'FirmwareVersion') ?? '',
    serial: text(reply, 'SerialNumber') ?? '',
  };
}

/** Service addresses by namespace, as the camera gives them: the host may be wrong and is not to be trusted. */
export function readServices(xml: string): ReadonlyMap<string, string> {
  const services = new Map<string, string>();
  for (const service of children(readEnvelope(xml, 'GetServicesResponse'), 'Service')) {
    const namespace = text(service, 'Namespace');
    const address = text(service, 'XAddr');
    if (namespace !== undefined && address !== undefined) services.set(namespace, address);
  }
  return services;
}

/**
 * Service addresses by namespace from the older GetCapabilities (Core §8.1.2.2), for cameras that do not know
 * GetServices. Media2 is not in there by design.
 */
export function readCapabilities(xml: string): ReadonlyMap<string, string> {
  const capabilities = child(readEnvelope(xml, 'GetCapabilitiesResponse'), 'Capabilities');
  const services = new Map<string, string>();
  for (const [name, namespace] of Object.entries(capabilityNamespaces)) {
    const address = text(child(capabilities, name), 'XAddr');
    if (address !== undefined) services.set(namespace, address);
  }
  return services;
}

const capabilityNamespaces = {
  Device: tds,
  Media: 'http://www.onvif.org/ver10/media/wsdl',
  Imaging: 'http://www.onvif.org/ver20/imaging/wsdl',
  Events: 'http://www.onvif.org/ver10/events/wsdl',
} as const;

/** The MAC address of the first network interface that has one, in lower case; '' when none is told. */
export function readMac(xml: string): string {
  for (const one of children(readEnvelope(xml, 'GetNetworkInterfacesResponse'), 'NetworkInterfaces')) {
    const address = text(child(one, 'Info'), 'HwAddress') ?? '';
    // Some write dashes; the address is the same.
    if (/^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(address))
      return address.toLowerCase().replaceAll('-', ':');
  }
  return '';
}
