// How a camera renders its picture (ONVIF Imaging Service Specification §5.1, ver20/imaging/wsdl; types in onvif.xsd,
// ImagingSettings20 and ImagingOptions20). What the values look like is the camera's own scale.
import { child, children, escapeXml, readEnvelope, text, type XmlElement } from './soap.ts';

export const imagingNamespace = 'http://www.onvif.org/ver20/imaging/wsdl';

export const irCutFilters = ['ON', 'OFF', 'AUTO'] as const;
export const exposureModes = ['AUTO', 'MANUAL'] as const;
export type IrCutFilter = (typeof irCutFilters)[number];
export type ExposureMode = (typeof exposureModes)[number];

/** A value that the camera does not tell is null; one that is not to be changed is left out or null. */
export interface ImagingSettings {
  readonly brightness: number | null;
  readonly saturation: number | null;
  readonly contrast: number | null;
  readonly sharpness: number | null;
  readonly irCutFilter: IrCutFilter | null;
  readonly exposure: ExposureMode | null;
}

export interface ValueRange {
  readonly least: number;
  readonly most: number;
}

/** What may be set; null, or an empty list, where nothing may. */
export interface ImagingOptions {
  readonly brightness: ValueRange | null;
  readonly saturation: ValueRange | null;
  readonly contrast: ValueRange | null;
  readonly sharpness: ValueRange | null;
  readonly irCutFilter: readonly IrCutFilter[];
  readonly exposure: readonly ExposureMode[];
}

/** Bodies for buildEnvelope. `source` is a video source token, as the camera gave it. */
export const imagingRequests = {
  settings: (source: string): string => asked('GetImagingSettings', source),
  options: (source: string): string => asked('GetOptions', source),
  /** Changes what is named, and keeps it over a restart of the camera (ForcePersistence, §5.1.3). */
  set: (source: string, change: Partial<ImagingSettings>): string => {
    // In the order of the schema: some cameras read no further than the first element out of place.
    const parts = [
      element('Brightness', change.brightness),
      element('ColorSaturation', change.saturation),
      element('Contrast', change.contrast),
      change.exposure ? `<tt:Exposure><tt:Mode>${change.exposure}</tt:Mode></tt:Exposure>` : '',
      element('IrCutFilter', change.irCutFilter),
      element('Sharpness', change.sharpness),
    ];
    return `<SetImagingSettings xmlns="${imagingNamespace}" xmlns:tt="http://www.onvif.org/ver10/schema"><VideoSourceToken>${escapeXml(source)}</VideoSourceToken><ImagingSettings>${parts.join('')}</ImagingSettings><ForcePersistence>true</ForcePersistence></SetImagingSettings>`;
  },
} as const;

/** Throws what readEnvelope throws. A value out of the schema is taken as not told. */
export function readImagingSettings(xml: string): ImagingSettings {
  const settings = child(readEnvelope(xml, 'GetImagingSettingsResponse'), 'ImagingSettings');
  return {
    brightness: number(settings, 'Brightness'),
    saturation: number(settings, 'ColorSaturation'),
    contrast: number(settings, 'Contrast'),
    sharpness: number(settings, 'Sharpness'),
    irCutFilter: word(irCutFilters, text(settings, 'IrCutFilter')),
    exposure: word(exposureModes, text(child(settings, 'Exposure'), 'Mode')),
  };
}

/** Throws what readEnvelope throws. */
export function readImagingOptions(xml: string): ImagingOptions {
  const options = child(readEnvelope(xml, 'GetOptionsResponse'), 'ImagingOptions');
  return {
    brightness: range(options, 'Brightness'),
    saturation: range(options, 'ColorSaturation'),
    contrast: range(options, 'Contrast'),
    sharpness: range(options, 'Sharpness'),
    irCutFilter: irCutFilters.filter((mode) => texts(options, 'IrCutFilterModes').includes(mode)),
    exposure: exposureModes.filter((mode) => texts(child(options, 'Exposure'), 'Mode').includes(mode)),
  };
}

/** SetImagingSettings has an empty answer (§5.1.3). Throws what readEnvelope throws. */
export function readImagingSet(xml: string): void {
  readEnvelope(xml, 'SetImagingSettingsResponse');
}

function asked(operation: string, source: string): string {
  return `<${operation} xmlns="${imagingNamespace}"><VideoSourceToken>${escapeXml(source)}</VideoSourceToken></${operation}>`;
}

function element(name: string, value: number | string | null | undefined): string {
  return value === null || value === undefined ? '' : `<tt:${name}>${value}</tt:${name}>`;
}

function number(parent: XmlElement | undefined, name: string): number | null {
  const written = text(parent, name) ?? '';
  return /^-?\d{1,9}(\.\d{1,9})?$/.test(written) ? Number(written) : null;
}

function range(options: XmlElement | undefined, name: string): ValueRange | null {
  const found = child(options, name);
  const [least, most] = [number(found, 'Min'), number(found, 'Max')];
  return least === null || most === null || least > most ? null : { least, most };
}

/** Texts of all children of that name; the reader gives one as a text and several as a list. */
function texts(parent: XmlElement | undefined, name: string): readonly string[] {
  const value: unknown = parent?.[name];
  const plain = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
  return [...plain, ...children(parent, name).flatMap((each) => text(each, '#text') ?? [])];
}

function word<T extends string>(allowed: readonly T[], written: string | undefined): T | null {
  return allowed.find((each) => each === written) ?? null;
}
