// Where a camera's stream is, asked once: what the gateway's camera keeper needs, and no more.
import type { CameraSettings } from '../../config/settings-types.ts';
import { Camera, identityLine } from './camera.ts';
import type { DeviceIdentity } from './device-identity.ts';

/** Cameras whose failed Media2 is remembered, oldest forgotten first. */
export const maxRemembered = 256;

export interface FoundCamera {
  /** rtsp:// on the camera's own host, without user info. */
  readonly url: string;
  /** Serial, model and firmware in one line; '' where the camera does not tell. */
  readonly identity: string;
  /** What tells it from another one; null where it was not asked. */
  readonly device: DeviceIdentity | null;
  /** Camera clock minus box clock, ms; null where the camera does not tell. */
  readonly skewMs: number | null;
  /** Why the text of the settings is not on the picture; null when it is, or none is wanted. */
  readonly osdFault: Error | null;
}

/**
 * A function that asks cameras, one attempt each; it throws what Camera.open throws. It remembers whose Media2
 * failed, because on some cameras asking it is what brings them down.
 */
export function cameraResolver(): (camera: CameraSettings, signal: AbortSignal) => Promise<FoundCamera> {
  const withoutMedia2 = new Set<string>();
  return async (settings, signal) => {
    const { source } = settings;
    if (source.kind === 'rtsp')
      return { url: source.url, identity: '', device: null, skewMs: null, osdFault: null };
    const camera = new Camera({ settings, skipMedia2: withoutMedia2.has(source.url) });
    const end = (): void => void camera.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      const opening = camera.open();
      if (signal.aborted) end();
      const { url, identity, skewMs } = await opening;
      const { serial, mac, fingerprint256 } = identity;
      const device = { serial, mac, fingerprint256 };
      const osdFault = source.osdText === undefined ? null : await showText(camera, source.osdText);
      return { url, identity: identityLine(identity), device, skewMs, osdFault };
    } finally {
      signal.removeEventListener('abort', end);
      if (camera.media2Failed) remember(withoutMedia2, source.url);
      await camera.close();
    }
  };
}

/** The one of this process. Fits the gateway's ResolveCamera. */
export const resolveCamera = cameraResolver();

/** A text that cannot be shown is told and hinders nothing: the stream is what counts. */
async function showText(camera: Camera, text: string): Promise<Error | null> {
  try {
    await camera.picture().showText(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function remember(known: Set<string>, url: string): void {
  known.add(url);
  const [oldest] = known;
  if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
}
