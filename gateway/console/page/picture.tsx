// The newest picture of one camera that is on disk, drawn again every two seconds. The browser decodes it; where it
// cannot (H.265 without a decoder), the page says so instead of showing an old one.
import { useEffect, useRef, useState } from './preact.ts';
import { room } from './live.ts';
import type { Said } from './words.ts';

const everyMs = 2000;
/** A picture older than this is taken away. */
const oldestMs = 10_000;

export function Picture({ camera, words: { page } }: { camera: string; words: Said }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState<'wait' | 'picture' | 'cannot'>('wait');
  useEffect(() => {
    let gone = false;
    let drawnMs = -Infinity;
    const draw = async (): Promise<void> => {
      const result = await fetchPicture(camera, canvas.current).catch(() => 'none' as const);
      if (gone) return;
      if (result === 'drawn') drawnMs = performance.now();
      if (result === 'drawn') setShown('picture');
      else if (result === 'cannot') setShown('cannot');
      else if (performance.now() - drawnMs > oldestMs) setShown('wait');
    };
    void draw();
    const timer = setInterval(() => void draw(), everyMs);
    return () => {
      gone = true;
      clearInterval(timer);
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
): Promise<'drawn' | 'none' | 'cannot'> {
  const response = await fetch(
    `/api/rooms/${encodeURIComponent(room)}/picture/${encodeURIComponent(camera)}`,
    { signal: AbortSignal.timeout(everyMs * 2) },
  );
  if (!response.ok || canvas === null) return 'none';
  const url = URL.createObjectURL(await response.blob());
  const video = document.createElement('video');
  video.muted = true; // without a finger on the page no browser plays sound
  try {
    await new Promise<void>((done, failed) => {
      // Not `loadeddata`: a part may begin with frames that need one before it, and there is no picture of those.
      video.requestVideoFrameCallback(() => done());
      video.onended = () => failed(new Error('no frame'));
      video.onerror = () => failed(new Error('not decodable'));
      video.src = url;
      video.play().catch(failed);
    });
    canvas.width = Math.min(video.videoWidth, 640);
    canvas.height = Math.round((canvas.width * video.videoHeight) / Math.max(1, video.videoWidth));
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return 'drawn';
  } catch {
    return 'cannot';
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}
