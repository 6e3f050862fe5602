// The newest picture of one camera that is on disk, drawn again every two seconds. The browser decodes it; where it
// cannot (H.265 without a decoder), the page says so instead of showing an old one.
import { useEffect, useRef, useState } from './preact.ts';
import { oldestPictureMs } from '../screen-protocol.ts';
import { instant, room, sinceMs, type Instant } from './live.ts';
import type { Said } from './words.ts';

const everyMs = 2000;

export function Picture({ camera, words: { page } }: { camera: string; words: Said }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState<'wait' | 'picture' | 'cannot'>('wait');
  useEffect(() => {
    let gone = false;
    let drawing = false;
    let taken: Instant | null = null;
    const takeAwayOld = (): void => {
      if (taken === null || sinceMs(taken, instant()) <= oldestPictureMs) return;
      taken = null;
      setShown('wait');
    };
    const draw = async (): Promise<void> => {
      takeAwayOld();
      // One at a time, or an older one could come last. A page that nobody sees is given no frames by its browser.
      if (drawing || document.hidden) return;
      drawing = true;
      const asked = instant();
      const result = await fetchPicture(camera, canvas.current).catch(() => 'none' as const);
      drawing = false;
      if (gone) return;
      if (result === 'cannot') setShown('cannot');
      else if (result !== 'none') {
        const { monoMs, wallMs } = asked;
        taken = { monoMs: monoMs - result.ageMs, wallMs: wallMs - result.ageMs };
        setShown('picture');
      }
      takeAwayOld();
    };
    const look = (): void => void draw();
    look();
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [camera]);
  return (
    <div class="picture">
      <canvas ref={canvas} hidden={shown !== 'picture'} role="img" aria-label={camera} data-shown={shown} />
      {shown === 'wait' && <p>{page.pictureWait}</p>}
      {shown === 'cannot' && <p>{page.pictureUnknown}</p>}
    </div>
  );
}

async function fetchPicture(
  camera: string,
  canvas: HTMLCanvasElement | null,
): Promise<{ readonly ageMs: number } | 'none' | 'cannot'> {
  const response = await fetch(
    `/api/rooms/${encodeURIComponent(room)}/picture/${encodeURIComponent(camera)}`,
    { signal: AbortSignal.timeout(everyMs * 2) },
  );
  if (!response.ok || canvas === null) return 'none';
  const ageMs = 1000 * Number(response.headers.get('age') ?? Infinity);
  const url = URL.createObjectURL(await response.blob());
  const video = document.createElement('video');
  video.muted = true; // without a finger on the page no browser plays sound
  try {
    const isDrawable = await new Promise<boolean>((done, failed) => {
      // A browser that stopped looking says nothing at all: that is no word on whether it could.
      setTimeout(() => done(false), everyMs * 2);
      // Not `loadeddata`: a part may begin with frames that need one before it, and there is no picture of those.
      video.requestVideoFrameCallback(() => done(true));
      video.onended = () => failed(new Error('no frame'));
      video.onerror = () => failed(new Error('not decodable'));
      video.src = url;
      video.play().catch(failed);
    });
    if (!isDrawable) return 'none';
    canvas.width = Math.min(video.videoWidth, 640);
    canvas.height = Math.round((canvas.width * video.videoHeight) / Math.max(1, video.videoWidth));
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return { ageMs };
  } catch {
    return 'cannot';
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}
