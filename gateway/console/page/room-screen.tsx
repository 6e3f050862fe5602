// The whole page, from what it knows: nothing yet, a code to be asked for, or the room.
import { CheckCard } from './check-card.tsx';
import { ClipsPage } from './clips-page.tsx';
import { CodeForm } from './code-form.tsx';
import { DebtList } from './debt-list.tsx';
import { DockPanel } from './dock-panel.tsx';
import { codeNeeded, connected, isClipsPage, language, latest, noSuchRoom } from './live.ts';
import { NoticeCard, NoticeFull, isTelling, noticesRead } from './notice-card.tsx';
import { OffloadList } from './offload-list.tsx';
import { OpenPanel } from './open-panel.tsx';
import { SessionPanel } from './session-panel.tsx';
import { StateBanner } from './state-banner.tsx';
import { TopLine } from './top-line.tsx';
import { TrackList } from './track-list.tsx';
import { said } from './words.ts';

export function RoomScreen() {
  const words = said(language.value);
  document.documentElement.lang = language.value;
  if (codeNeeded.value) return <CodeForm words={words} />;
  const view = latest.value?.view;
  if (!view)
    return (
      <main>
        <StateBanner words={words} />
        {noSuchRoom.value && <p class="refused">{words.page.unknownRoom}</p>}
      </main>
    );
  document.title = `${view.name} · 留痕`;
  return (
    <main>
      <TopLine view={view} words={words} />
      <StateBanner words={words} />
      {/* What is not known is not shown, and nothing is asked of a box that does not answer. */}
      {connected.value && isTelling(view, noticesRead.value) && <NoticeFull view={view} words={words} />}
      {isClipsPage && (
        // Hidden and not gone: what somebody has typed outlives a notice and a box that does not answer for a while.
        <div hidden={!connected.value || isTelling(view, noticesRead.value)}>
          <ClipsPage view={view} words={words} />
        </div>
      )}
      {connected.value && !isTelling(view, noticesRead.value) && !isClipsPage && (
        <div class="below">
          <TrackList view={view} words={words} />
          <div class="doing">
            {view.session === null ? (
              <>
                <OpenPanel view={view} words={words} />
                <CheckCard view={view} words={words} />
              </>
            ) : (
              <SessionPanel key={view.session} view={view} words={words} />
            )}
            <DebtList view={view} words={words} />
            <NoticeCard view={view} words={words} />
            <DockPanel view={view} words={words} />
          </div>
          <OffloadList view={view} words={words} />
        </div>
      )}
    </main>
  );
}
