// The tracks of the room: each camera with its picture, what is true of its video and its sound, and how loud it is.
import type { ScreenTrack, ScreenView } from '../screen-protocol.ts';
import { Picture } from './picture.tsx';
import { trackWords, type Said } from './words.ts';

/** The meter's range, dBFS. */
const quietDb = -60;

export function TrackList({ view, words }: { view: ScreenView; words: Said }) {
  const { page, trade } = words;
  if (view.session === null)
    return (
      <section class="tracks">
        {view.cameras.map(({ camera, warm, fault }) => (
          <article class={`track ${warm ? 'good' : 'bad'}`} key={camera}>
            <h3>{camera}</h3>
            <p class="track-state">
              <Tick good={warm} /> {warm ? page.ready : page.notReady}
              {!warm && fault !== '' && `: ${(trade.gapCauses as Record<string, string>)[fault] ?? fault}`}
            </p>
          </article>
        ))}
        <p class="small">{page.noPicture}</p>
      </section>
    );
  const cameras = [...new Set(view.tracks.map(({ camera }) => camera))];
  return (
    <section class="tracks">
      {cameras.map((camera) => (
        <article class="track" key={`${view.session} ${camera}`}>
          <h3>{camera}</h3>
          <Picture camera={camera} words={words} />
          {view.tracks
            .filter((track) => track.camera === camera)
            .map((track) => (
              <TrackLine key={track.kind} track={track} words={words} />
            ))}
        </article>
      ))}
    </section>
  );
}

function TrackLine({ track, words }: { track: ScreenTrack; words: Said }) {
  const { page, trade } = words;
  const good = track.state === 'recording';
  return (
    <div class={`track-line ${good ? 'good' : 'bad'}`}>
      <p class="track-state">
        <Tick good={good} /> {trade.tracks[track.kind]}
        {!track.required && ` (${page.optional})`}: {trackWords(track.state, words)}
      </p>
      {track.kind === 'audio' && <Level db={track.soundDb} words={words} />}
    </div>
  );
}

function Level({ db, words: { page } }: { db: number | null; words: Said }) {
  if (db === null) return <p class="small">{page.levelUnknown}</p>;
  const share = Math.round(100 * Math.min(1, Math.max(0, (db - quietDb) / -quietDb)));
  return (
    <div
      class="level"
      role="meter"
      aria-label={page.level}
      aria-valuemin={quietDb}
      aria-valuemax={0}
      aria-valuenow={Math.round(db)}
    >
      <meter min={0} max={100} value={share} />
      <span class="small">{Math.round(db)} dBFS</span>
    </div>
  );
}

function Tick({ good }: { good: boolean }) {
  return (
    <span class="tick" aria-hidden="true">
      {good ? '✓' : '✕'}
    </span>
  );
}
