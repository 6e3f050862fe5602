// The imaging service of a simulated camera (ONVIF Imaging Service Specification, ver20/imaging/wsdl). What is
// set is kept and answered again; the coded pictures do not change.
import { namespaces, SoapFault, xmlText, type OnvifCall } from './onvif-call.ts';
import { sourceToken } from './onvif-media.ts';
import { find, textOf } from './soap-reader.ts';

const levels = ['Brightness', 'ColorSaturation', 'Contrast', 'Sharpness'] as const;

/** What an operator has set: each level is 0 to 100. */
export class ImagingState {
  readonly levels = new Map<string, number>(levels.map((name) => [name, 50]));
  irCutFilter = 'AUTO';
}

export function imagingService(call: OnvifCall, state: ImagingState): string | undefined {
  const { operation } = call;
  const reply = (body: string): string =>
    `<timg:${operation.name}Response xmlns:timg="${namespaces.imaging}" xmlns:tt="http://www.onvif.org/ver10/schema">${body}</timg:${operation.name}Response>`;
  const level = (name: string): string => `<tt:${name}>${xmlText(state.levels.get(name) ?? 50)}</tt:${name}>`;
  const range = (name: string): string => `<tt:${name}><tt:Min>0</tt:Min><tt:Max>100</tt:Max></tt:${name}>`;
  if (operation.name !== 'GetServiceCapabilities' && textOf(operation, 'VideoSourceToken') !== sourceToken)
    throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:NoSource'], 'no such video source');
  const [brightness, saturation, contrast, sharpness] = levels;
  switch (operation.name) {
    // The order of elements is that of onvif.xsd, ImagingSettings20 and ImagingOptions20.
    case 'GetImagingSettings':
      return reply(
        `<timg:ImagingSettings>${level(brightness)}${level(saturation)}${level(contrast)}<tt:IrCutFilter>${state.irCutFilter}</tt:IrCutFilter>${level(sharpness)}</timg:ImagingSettings>`,
      );
    case 'GetOptions':
      return reply(
        `<timg:ImagingOptions>${range(brightness)}${range(saturation)}${range(contrast)}<tt:IrCutFilterModes>ON</tt:IrCutFilterModes><tt:IrCutFilterModes>OFF</tt:IrCutFilterModes><tt:IrCutFilterModes>AUTO</tt:IrCutFilterModes>${range(sharpness)}</timg:ImagingOptions>`,
      );
    case 'SetImagingSettings': {
      const settings = find(operation, 'ImagingSettings');
      const asked = levels.flatMap((name) => {
        const written = textOf(settings, name);
        return written === '' ? [] : [[name, Number(written)] as const];
      });
      const filter = textOf(settings, 'IrCutFilter');
      const bad = asked.some(([, value]) => !(value >= 0 && value <= 100));
      if (bad || (filter !== '' && !['ON', 'OFF', 'AUTO'].includes(filter)))
        throw new SoapFault('Sender', ['ter:InvalidArgVal', 'ter:SettingsInvalid'], 'out of range');
      for (const [name, value] of asked) state.levels.set(name, value);
      if (filter !== '') state.irCutFilter = filter;
      return reply('');
    }
    case 'GetServiceCapabilities':
      return reply('<timg:Capabilities ImageStabilization="false"/>');
    default:
      return undefined;
  }
}
