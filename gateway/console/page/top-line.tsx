// The line above: which room, the other rooms, what is wrong with the box, the time, and the other language.
import type { ScreenView } from '../screen-protocol.ts';
import { boxWallMs, chooseLanguage, connected, room } from './live.ts';
import type { Said } from './words.ts';

export function TopLine({ view, words }: { view: ScreenView; words: Said }) {
  const { page, trade, language } = words;
  const { headquarters, recorder, disk } = view;
  const time = new Intl.DateTimeFormat(language, {
    timeZone: view.timezone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(boxWallMs.value);
  return (
    <header class="top">
      <strong class="room-name">{view.name}</strong>
      {/* Of a box that is not heard nothing is said. */}
      {connected.value ? (
        <>
          <nav aria-label={page.rooms}>
            {view.rooms
              .filter((each) => each.room !== room)
              .map((each) => (
                <a key={each.room} href={`/room/${encodeURIComponent(each.room)}`}>
                  {each.name} <span class="small">{trade.roomStates[each.state]}</span>
                </a>
              ))}
          </nav>
          {!recorder && <span class="alarm">{page.recorderDown}</span>}
          {disk !== null && !disk.writable && <span class="alarm">{page.diskFull}</span>}
          <PanelWords panel={view.panel} words={words} />
          <span class="small">
            {headquarters.connected
              ? page.hqUp
              : `${page.hqDown} (${headquarters.waiting} ${page.hqWaiting})`}
          </span>
          <time>{time}</time>
        </>
      ) : (
        <nav />
      )}
      <button type="button" class="quiet" onClick={() => chooseLanguage(language === 'en' ? 'zh-CN' : 'en')}>
        {page.switchLanguage}
      </button>
    </header>
  );
}

/** What the panel reads: as interrogation hosts show it, beside the time. */
function PanelWords({ panel, words: { page } }: { panel: ScreenView['panel']; words: Said }) {
  if (panel === null) return null;
  if (!panel.connected) return <span class="alarm">{page.panelAway}</span>;
  const { door, temperatureC, humidityPct } = panel;
  const told = [
    door === null ? '' : page.door[door],
    temperatureC === null ? '' : `${temperatureC.toFixed(1)} °C`,
    humidityPct === null ? '' : `${Math.round(humidityPct)} % RH`,
  ];
  return <span class="small">{told.filter((each) => each !== '').join(' · ')}</span>;
}
