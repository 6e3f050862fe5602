// The room screens as a feature of the gateway: the server follows the settings, every page gets the derived view
// twice a second, and what a page asks goes the same way as the command line's requests.
import { statSync } from 'node:fs';
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';
import type { MonoMs } from '../../config/clock.ts';
import type { Settings } from '../../config/settings-types.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { BookingView } from '../sessions/control-protocol.ts';
import { Turns } from '../sessions/turns.ts';
import { classOnScreen, clipsOnScreen } from './clip-screen.ts';
import { lastPicture, pictureAgeMs } from './last-picture.ts';
import type { ScreenAction } from './screen-protocol.ts';
import { roomOf, screenView } from './screen-view.ts';
import { startWebServer, type ScreenHandlers, type WebServer } from './web-server.ts';

/** Milliseconds until a port that was taken is tried again. */
export const listenAgainMs = 5000;
/** Milliseconds between two looks at the calendar of the rooms. */
export const bookingsEveryMs = 5000;
/** Who the ledger names for what is done on a screen. */
export const screenAuthor = 'screen';

export interface ConsoleFeatureOptions {
  /** The built pages. */
  readonly pageFolder: string;
  /** Hears where the pages are; '' when they are not served any more. For tests, whose port is free to choose. */
  readonly onServed?: (url: string) => void;
}

export function consoleFeature({ pageFolder, onServed }: ConsoleFeatureOptions): GatewayFeature {
  const turns = new Turns();
  let context: RoomContext | null = null;
  let server: WebServer | null = null;
  let servedKey = '';
  let failedMonoMs: MonoMs | null = null;
  let bookings: readonly BookingView[] = [];
  let bookingsMonoMs: MonoMs | null = null;
  let asking = false;

  async function lookAtBookings(own: RoomContext): Promise<void> {
    const { mono } = own.now();
    if (asking || (bookingsMonoMs !== null && mono - bookingsMonoMs < bookingsEveryMs)) return;
    bookingsMonoMs = mono;
    asking = true;
    try {
      bookings = (await own.ask('bookings', {})) as readonly BookingView[];
    } catch (error) {
      // Screens without bookings are better than none.
      own.log.warn('the screens do not know the bookings', { error: error as Error });
      bookings = [];
    } finally {
      asking = false;
    }
  }

  async function settle(): Promise<void> {
    if (!context) return;
    const { log } = context;
    const { console: wanted } = context.settings();
    const key = keyOf(wanted);
    if (server !== null && servedKey !== key) {
      await server.close();
      server = null;
      onServed?.('');
    }
    if (server !== null || !wanted) return;
    try {
      server = await startWebServer({
        settings: wanted,
        pageFolder,
        handlers: handlersOf(context, () => bookings),
        log,
      });
      servedKey = key;
      failedMonoMs = null;
      log.info('the room screens are served', { url: server.url });
      onServed?.(server.url);
    } catch (error) {
      // Somebody else's port, or an address that the box does not have yet: recording does not wait for it.
      log.error('the room screens are not served', { error: error as Error, again: '5 s' });
      failedMonoMs = context.now().mono;
    }
  }

  return {
    name: 'console',
    start: async (own) => {
      context = own;
      await turns.inTurn(settle);
    },
    tick: async () => {
      const now = context?.now().mono;
      if (failedMonoMs !== null && now !== undefined && now - failedMonoMs >= listenAgainMs)
        await turns.inTurn(settle);
      // Not waited for: a calendar that is slow must not make the screens say that they know nothing.
      if (server !== null && context !== null) void lookAtBookings(context);
      server?.push();
    },
    settingsApplied: () => turns.inTurn(settle),
    close: async () => {
      await turns.inTurn(async () => {
        context = null;
        failedMonoMs = null;
        await server?.close();
        server = null;
      });
    },
  };
}

function handlersOf(context: RoomContext, bookings: () => readonly BookingView[]): ScreenHandlers {
  const { open, close, mark, settle, ask } = context;
  const actions: Readonly<
    Record<ScreenAction, (body: Readonly<Record<string, unknown>>) => Promise<unknown>>
  > = {
    open,
    close,
    mark,
    settle,
    interrupt: (body) => ask('interrupt', body),
    resume: (body) => ask('resume', body),
    check: (body) => ask('check', body),
    clips: (body) => clipsOnScreen(context, body),
    'clip-class': (body) => classOnScreen(context, body),
  };
  return {
    firstRoom: () => context.settings().rooms[0]?.id ?? '',
    view: (room) => {
      const view = screenView(context.view(), context.settings(), room, bookings());
      return view && JSON.stringify(view);
    },
    act: async (room, action, body) => {
      if (!context.settings().rooms.some(({ id }) => id === room))
        throw new LiuhenError('SCREEN_NOT_FOUND', { path: `/room/${room}` });
      const asked = typeof body === 'object' && body !== null ? body : {};
      const session = (asked as { session?: unknown }).session;
      // A page speaks for its own room: neither another's session nor its debts are its to touch.
      if (session !== undefined && (typeof session !== 'string' || roomOf(session) !== room))
        throw new LiuhenError('SCREEN_REQUEST', { why: 'the session is not of this room' });
      // Who classes a clip says a name; everything else is done by whoever stands before the screen.
      const by = action === 'clip-class' ? {} : { by: screenAuthor };
      return actions[action]({ ...asked, ...(action === 'settle' ? {} : { room }), ...by });
    },
    picture: (room, camera) => pictureOf(context, room, camera),
  };
}

async function pictureOf(
  context: RoomContext,
  room: string,
  camera: string,
): ReturnType<ScreenHandlers['picture']> {
  const session = context.ledger.fold.inRoom(room);
  // The name goes into a path: only one that the session itself names is looked for.
  if (!session?.cameras.some((each) => each.camera === camera)) return null;
  const picture = await lastPicture(path.join(context.settings().dataFolder, session.folder), camera);
  if (picture === null) return null;
  const ageMs = pictureAgeMs(picture.last, context.now());
  return ageMs === null ? null : { mp4: picture.mp4, ageMs };
}

/** When the certificate and its key were written: a renewed one has the old name. 0 for one that is not there. */
function tlsTimes(wanted: Settings['console']): number[] {
  const { certFile, keyFile } = wanted?.tls ?? {};
  return [certFile, keyFile].map((file) =>
    file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
}

/** Equal for two settings that are served alike. */
function keyOf(wanted: Settings['console']): string {
  // A Secret prints as ***: a new code has to be seen.
  return JSON.stringify([wanted ?? null, wanted?.code?.reveal() ?? '', ...tlsTimes(wanted)]);
}
