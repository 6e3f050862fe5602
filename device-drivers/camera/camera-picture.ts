// The picture of one open camera: how it is rendered (imaging), and the texts that stand on it (OSD). What is wanted
// there is the callers'; a camera that cannot do it is a named fault and never keeps its stream from being recorded.
import { LiuhenError } from '../../config/errors.ts';
import {
  imagingNamespace,
  imagingRequests,
  readImagingOptions,
  readImagingSet,
  readImagingSettings,
  type ImagingOptions,
  type ImagingSettings,
} from '../../protocols/onvif/imaging.ts';
import type { MediaProfile, MediaService } from '../../protocols/onvif/media.ts';
import { osdRequests, readCreatedOsd, readOsds, type Osd } from '../../protocols/onvif/osd.ts';
import { readEnvelope } from '../../protocols/onvif/soap.ts';
import type { OnvifClient } from './onvif-client.ts';

/** Where a text is put that the camera has no place for yet. */
const newPosition = { type: 'LowerLeft' } as const;

/** What became of a text: what was done, and what the camera now shows for it ('' when nothing new). */
export interface ShownText {
  readonly did: 'nothing' | 'changed' | 'made';
  readonly shown: string;
}

export class CameraPicture {
  readonly #client: OnvifClient;
  readonly #media: { readonly service: MediaService; readonly address: URL };
  readonly #profile: MediaProfile;

  constructor(
    client: OnvifClient,
    media: { readonly service: MediaService; readonly address: URL },
    profile: MediaProfile,
  ) {
    this.#client = client;
    this.#media = media;
    this.#profile = profile;
  }

  /** Throws CAMERA_PICTURE without an imaging service, and what OnvifClient.call throws; so do the next two. */
  async imaging(): Promise<ImagingSettings> {
    const { address, source } = await this.#imagingService();
    return this.#client.call(address, imagingRequests.settings(source), readImagingSettings);
  }

  /** What may be set, in the camera's own scale. */
  async imagingOptions(): Promise<ImagingOptions> {
    const { address, source } = await this.#imagingService();
    return this.#client.call(address, imagingRequests.options(source), readImagingOptions);
  }

  /**
   * Sets what is named and answers what the camera then says. A value that the camera does not offer is
   * CAMERA_PICTURE with what it does, and nothing is sent.
   */
  async setImaging(change: Partial<ImagingSettings>): Promise<ImagingSettings> {
    const { address, source } = await this.#imagingService();
    const why = wrongWith(change, await this.imagingOptions());
    if (why !== null) throw this.#fault('imaging', why);
    await this.#client.call(address, imagingRequests.set(source, change), readImagingSet);
    return this.imaging();
  }

  /** The texts on the recorded picture. Throws CAMERA_PICTURE and what OnvifClient.call throws. */
  async texts(): Promise<readonly Osd[]> {
    const { sourceConfiguration } = this.#profile;
    if (sourceConfiguration === '') throw this.#fault('OSD', 'it does not name its video source');
    const { service, address } = this.#media;
    const all = await this.#client.call(address, osdRequests.list(service, sourceConfiguration), readOsds);
    // Some answer with the texts of every source, whatever was asked.
    return all.filter(({ source }) => source === '' || source === sourceConfiguration);
  }

  /**
   * Shows `text` on the picture. Where it stands there already nothing is sent, so it may be called again and again;
   * else it takes the place of the first plain text (cameras come with one that says "Camera 01"), or is made.
   * A camera that makes something else of it, as one that cuts long texts does, says what in `shown`; handed back
   * as `settled` next time, that is left alone: many cameras write every change to a flash memory that wears out.
   */
  async showText(text: string, settled = text): Promise<ShownText> {
    const plain = await this.#plainTexts();
    if (plain.some((osd) => osd.text === text || osd.text === settled))
      return { did: 'nothing', shown: plain.some((osd) => osd.text === text) ? text : settled };
    const did = await this.#writeText(text, plain[0]);
    const before = new Set(plain.map((osd) => osd.text));
    const after = await this.#plainTexts();
    const same = after.some((osd) => osd.text === text);
    return { did, shown: same ? text : (after.find((osd) => !before.has(osd.text))?.text ?? '') };
  }

  async #plainTexts(): Promise<readonly Osd[]> {
    return (await this.texts()).filter((osd) => osd.text !== null);
  }

  async #writeText(text: string, old: Osd | undefined): Promise<'changed' | 'made'> {
    const { service, address } = this.#media;
    const wanted = { source: this.#profile.sourceConfiguration, text };
    if (old === undefined) {
      const made = osdRequests.create(service, { ...wanted, position: newPosition });
      await this.#client.call(address, made, readCreatedOsd);
      return 'made';
    }
    const set = osdRequests.set(service, old.token, { ...wanted, position: old.position });
    await this.#client.call(address, set, (xml) => readEnvelope(xml, 'SetOSDResponse'));
    return 'changed';
  }

  async #imagingService(): Promise<{ address: URL; source: string }> {
    const address = await this.#client.serviceAddress(imagingNamespace);
    const { source } = this.#profile;
    if (address === undefined) throw this.#fault('imaging', 'it has no imaging service');
    if (source === '') throw this.#fault('imaging', 'it does not name its video source');
    return { address, source };
  }

  #fault(what: string, why: string): LiuhenError {
    return pictureFault(this.#client.device.host, what, why);
  }
}

/** CAMERA_PICTURE: `what` cannot be had from the camera at `host`, and why. */
export function pictureFault(host: string, what: string, why: string): LiuhenError {
  return new LiuhenError('CAMERA_PICTURE', { host, what, why, fault: 'not-found' });
}

function wrongWith(change: Partial<ImagingSettings>, options: ImagingOptions): string | null {
  for (const name of ['brightness', 'saturation', 'contrast', 'sharpness'] as const) {
    const value = change[name];
    const range = options[name];
    if (value === null || value === undefined) continue;
    if (range === null) return `${name} cannot be set`;
    if (!(value >= range.least && value <= range.most))
      return `${name} may be ${range.least} to ${range.most}, not ${value}`;
  }
  const { irCutFilter, exposure } = change;
  if (irCutFilter && !options.irCutFilter.includes(irCutFilter))
    return `the IR cut filter may be ${options.irCutFilter.join(', ') || 'nothing'}, not ${irCutFilter}`;
  if (exposure && !options.exposure.includes(exposure))
    return `the exposure may be ${options.exposure.join(', ') || 'nothing'}, not ${exposure}`;
  return null;
}
