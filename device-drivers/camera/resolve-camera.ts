// Where a camera's stream is, asked once: what the gateway's camera keeper needs, and no more.
import type { CameraSettings } from '../../config/settings-types.ts';
import { pictureFault } from './camera-picture.ts';
import { Camera, identityLine } from './camera.ts';
import type { DeviceIdentity } from './device-identity.ts';

/** Cameras whose failed Media2, and whose way with a text, is remembered, oldest forgotten first. */
export const maxRemembered = 256;

const nothingWanted: Promise<Error | null> = Promise.resolve(null);

export interface FoundCamera {
  /** rtsp:// on the camera's own host, without user info. */
  readonly url: string;
  /** Serial, model and firmware in one line; '' where the camera does not tell. */
  readonly identity: string;
  /** What tells it from another one; null where it was not asked. */
  readonly device: DeviceIdentity | null;
  /** Camera clock minus box clock, ms; null where the camera does not tell. */
  readonly skewMs: number | null;
  /**
   * Ends when the text of the settings is on the picture (null), or why it is not; null at once where none is
   * wanted. Nobody need wait for it: it never rejects, and the camera is let go when it ends, or with the signal.
   */
  readonly osd: Promise<Error | null>;
}

/**
 * A function that asks cameras, one attempt each; it throws what Camera.open throws. It remembers whose Media2
 * failed, because on some cameras asking it is what brings them down.
 */
export function cameraResolver(): (camera: CameraSettings, signal: AbortSignal) => Promise<FoundCamera> {
  const withoutMedia2 = new Map<string, true>();
  /** What cameras made of a text, by their address and the text. */
  const settledTexts = new Map<string, string>();
  return async (settings, signal) => {
    const { source } = settings;
    if (source.kind === 'rtsp')
      return { url: source.url, identity: '', device: null, skewMs: null, osd: nothingWanted };
    const camera = new Camera({ settings, skipMedia2: withoutMedia2.has(source.url) });
    const end = (): void => void camera.close();
    signal.addEventListener('abort', end, { once: true });
    const letGo = async (): Promise<void> => {
      signal.removeEventListener('abort', end);
      await camera.close();
    };
    let osd = nothingWanted;
    try {
      const opening = camera.open();
      if (signal.aborted) end();
      const { url, identity, skewMs } = await opening;
      const { serial, mac, fingerprint256 } = identity;
      const device = { serial, mac, fingerprint256 };
      const { osdText } = source;
      // The stream is not kept waiting for it: a camera may hang on the one and answer the other.
      if (osdText !== undefined)
        osd = showText(camera, source.url, osdText, settledTexts).then(async (fault) => {
          await letGo();
          return fault;
        });
      return { url, identity: identityLine(identity), device, skewMs, osd };
    } finally {
      if (camera.media2Failed) remember(withoutMedia2, source.url, true);
      if (osd === nothingWanted) await letGo();
    }
  };
}

/** The one of this process. Fits the gateway's ResolveCamera. */
export const resolveCamera = cameraResolver();

/** A text that cannot be shown is told and hinders nothing: the stream is what counts. */
async function showText(
  camera: Camera,
  url: string,
  text: string,
  settled: Map<string, string>,
): Promise<Error | null> {
  const key = JSON.stringify([url, text]);
  try {
    const { shown } = await camera.picture().showText(text, settled.get(key));
    if (shown === text) return null;
    remember(settled, key, shown);
    return pictureFault(new URL(url).host, 'OSD', `it shows "${shown}" instead of "${text}"`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function remember<T>(known: Map<string, T>, key: string, value: T): void {
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
}
