// The notice as a feature of the rooms (B1-B4): when a session opens, people are told in the words of the room's pack,
// on the screen and through the room's audio output, and how that went is in the ledger, well or not.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Moment } from '../../config/clock.ts';
import { localDay } from '../../config/local-day.ts';
import type { Policy } from '../../config/policy/policy-book.ts';
import type { AudioOutput } from '../../config/settings-types.ts';
import { runPaths } from '../supervisor/run-paths.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { RoomNotice } from '../sessions/control-protocol.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import { matterBegins } from '../sessions/session-fold.ts';
import { audibility } from './audibility.ts';
import { interruptionSaid, noticeOf, noticePlan, standsBefore, type Announcement } from './notice-plan.ts';
import { OutputTurns } from './output-turns.ts';
import { RoomLevels, type Listening } from './room-levels.ts';
import { onPath, speak, type Lookup, type Spoken } from './speak.ts';

/** Entries that wait for a ledger that refuses; beyond, the oldest is let go with an error in the log. */
export const maxOwedEntries = 256;

type Opened = Extract<LedgerBody, { case: 'sessionOpened' }>['value'];
type Given = Extract<LedgerBody, { case: 'noticeGiven' }>['value'];

interface ToldSession {
  readonly opened: Opened;
  readonly cut: AbortController;
  /** What was told to its end, or could not be; what was cut off is told again after a restart. */
  readonly given: Set<string>;
  notices: RoomNotice[];
  closing: boolean;
}

/** What it plays with is looked for by `lookup`; a test hands in its own. */
export function noticeFeature(lookup: Lookup = onPath): GatewayFeature {
  const sessions = new Map<string, ToldSession>();
  const levels = new RoomLevels();
  const outputs = new OutputTurns();
  const owed: LedgerBody[] = [];
  let context: RoomContext | null = null;
  let closed = false;

  return {
    name: 'notice',

    entry: ({ body }) => {
      switch (body.case) {
        case 'sessionOpened': {
          const { value } = body;
          const known = { opened: value, cut: new AbortController(), given: new Set<string>() };
          sessions.set(value.session, { ...known, notices: [], closing: false });
          if (context) tell(context, value.session, () => true);
          return;
        }
        case 'sessionMarked': {
          const told = sessions.get(body.value.session);
          // Each visitor is told; one who comes while it is being said hears the same words.
          const speaking = told?.notices.some(({ state }) => state === 'waiting' || state === 'speaking');
          if (context && told && !speaking && body.value.label === matterBegins)
            tell(context, body.value.session, ({ what }) => what === 'notice');
          return;
        }
        case 'interruptionEnded': {
          const { session, outcome, spoken, cause } = body.value;
          // An officer who has said it aloud has said it.
          if (context === null || outcome !== 'resumed' || spoken || cause === '') return;
          const { language } = context.settings();
          say(context, session, (policy) => {
            const said = interruptionSaid(policy, cause, language);
            return said ? [said] : [];
          });
          return;
        }
        case 'noticeGiven': {
          const { session, what, fault } = body.value;
          if (fault !== 'cut-off') sessions.get(session)?.given.add(what);
          return;
        }
        case 'sessionClosing': {
          const told = sessions.get(body.value.session);
          if (!told) return;
          told.closing = true;
          told.cut.abort();
          return;
        }
        case 'sessionClosed':
          sessions.delete(body.value.session);
          return;
        default:
      }
    },

    start: (given) => {
      context = given;
      // Open from before a restart: who was not told yet is told now, late, as the entry's time says.
      for (const [session, { given: done }] of sessions) tell(given, session, ({ what }) => !done.has(what));
      return Promise.resolve();
    },

    tick: async () => {
      if (!context) return;
      levels.tick(context.view(), context.now().mono);
      while (owed[0] !== undefined) {
        await context.ledger.append(owed[0]);
        owed.shift();
      }
    },

    notices: (room) => {
      for (const { opened, notices, closing } of sessions.values())
        if (opened.room === room && !closing) return notices;
      return context === null ? [] : standing(context, room);
    },

    close: async () => {
      closed = true;
      for (const { cut } of sessions.values()) cut.abort();
      await outputs.rest();
    },
  };

  function tell(box: RoomContext, session: string, wanted: (each: Announcement) => boolean): void {
    say(box, session, (policy, told) => {
      const { timezone, language, rooms } = box.settings();
      const { room, opened } = told.opened;
      const name = rooms.find(({ id }) => id === room)?.name ?? room;
      const matter = { ...told.opened, openedWallMs: opened.wallMs };
      const plan = noticePlan(policy, matter, { room: name, timezone, language }).filter(wanted);
      const since = box.now().wall;
      told.notices = plan.map(({ what, text }) => ({ what, text, sinceWallMs: since, state: 'waiting' }));
      return plan;
    });
  }

  /** Each in its turn at the room's audio output. */
  function say(
    box: RoomContext,
    session: string,
    planOf: (policy: Policy, told: ToldSession) => readonly Announcement[],
  ): void {
    const told = sessions.get(session);
    if (!told || told.closing) return;
    try {
      const { room, opened } = told.opened;
      const policy = policyOf(box, room, opened.wallMs as Moment['wall']);
      const { rooms, notice } = box.settings();
      const output = rooms.find(({ id }) => id === room)?.audio ?? notice.audio;
      for (const announcement of planOf(policy, told)) {
        outputs
          .inTurn(output, () => give(box, told, announcement, { pack: policy.pack.id, output }))
          .catch((error: unknown) => box.log.error('a notice failed', { error: error as Error }));
      }
    } catch (error) {
      box.log.error('nobody can be told', { session, error: error as Error });
    }
  }

  async function give(
    box: RoomContext,
    told: ToldSession,
    announcement: Announcement,
    { pack, output }: { pack: string; output: AudioOutput },
  ): Promise<void> {
    const { session, room } = told.opened;
    const show = (state: RoomNotice['state']): void => {
      // The cause of an interruption is shown by whom it is: interruption-feature.ts.
      const { what } = announcement;
      told.notices = told.notices.map((each) => (each.what === what ? { ...each, state } : each));
    };
    const settings = box.settings();
    let from = box.now();
    const listening: Listening[] = [];
    const spoken = closed
      ? ({ how: 'shown', by: '', fault: 'cut-off' } satisfies Spoken)
      : await speak({
          announcement,
          pack,
          output,
          files: settings.notice.files,
          folder: await runFolder(settings.dataFolder),
          lookup,
          signal: told.cut.signal,
          log: box.log,
          onStart: () => {
            from = box.now();
            listening.push(levels.listen(room, from.mono));
            show('speaking');
          },
        });
    const to = box.now();
    const heard = listening[0]?.end();
    show(spoken.how);
    const value: Given = {
      session,
      what: announcement.what,
      wordingSha256: createHash('sha256').update(announcement.text).digest(),
      text: announcement.text,
      words: announcement.words,
      ...spoken,
      from: { wallMs: from.wall, monoMs: from.mono },
      to: { wallMs: to.wall, monoMs: to.mono },
      article: announcement.article,
      ...audibility(heard?.before ?? [], heard?.during ?? []),
    };
    await enter(box, { case: 'noticeGiven', value });
  }

  /** A ledger that refuses gets it with a later tick. */
  async function enter(box: RoomContext, body: LedgerBody): Promise<void> {
    try {
      await box.ledger.append(body);
    } catch (error) {
      box.log.error('a notice is not in the ledger yet', { error: error as Error });
      owed.push(body);
      if (owed.length > maxOwedEntries) owed.shift();
    }
  }
}

/** Where people are to be told beforehand, the words stand on the screen of a room that is still idle. */
function standing(box: RoomContext, room: string): RoomNotice[] {
  const { wall } = box.now();
  const policy = policyOf(box, room, wall);
  const notice = standsBefore(policy) ? noticeOf(policy, box.settings().language) : null;
  return notice ? [{ what: 'notice', text: notice.text, sinceWallMs: wall, state: 'standing' }] : [];
}

function policyOf(box: RoomContext, room: string, wall: Moment['wall']): Policy {
  const { policies, policy, rooms, timezone } = box.settings();
  const pack = rooms.find(({ id }) => id === room)?.pack ?? policy.pack;
  return policies.inForce(pack, localDay(wall, timezone));
}

async function runFolder(dataFolder: string): Promise<string> {
  const { folder } = runPaths(dataFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
