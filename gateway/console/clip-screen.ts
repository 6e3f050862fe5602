// The docks and clips of one room for its screen: cut from the derived view, and asked for by the page that classes clips
// by hand. A page speaks for its own room alone.
import { LiuhenError } from '../../config/errors.ts';
import { fieldMatters, fieldMatterText } from '../../config/field-matters.ts';
import { localDay } from '../../config/local-day.ts';
import { citations } from '../../config/policy/policy-text.ts';
import { noBodycams, type BodycamView } from '../bodycam/bodycam-view.ts';
import type { ClipClassAnswer, ClipsAnswer, ClipView } from '../bodycam/clips/clip-requests.ts';
import type { RoomContext } from '../gateway-feature.ts';
import type { ClipScreenView, ScreenClip, ScreenClips } from './clip-screen-protocol.ts';

/** Slots with a device of one dock that a screen shows. */
export const maxScreenSlots = 32;
/** Clips on one page. */
export const maxScreenClips = 10;
/** Times that the list is asked until it has something: one answer looks at a part of it only. */
const maxAsked = 10;

export function clipScreenView(view: BodycamView = noBodycams, room: string): ClipScreenView {
  return {
    docks: view.docks
      .filter((dock) => dock.room === room)
      .map(({ dock, state, slots }) => {
        const taken = slots.filter(({ at }) => at !== 'empty');
        return { dock, state, slots: taken.slice(0, maxScreenSlots), free: slots.length - taken.length };
      }),
    unclassed: view.unclassedByRoom?.[room] ?? 0,
  };
}

type Asked = Readonly<Record<string, unknown>>;
type Context = Pick<RoomContext, 'ask' | 'settings' | 'now'>;

/** The unclassed clips of the room's docks, page by page. Rejects as `clips` of the control socket does. */
export async function clipsOnScreen(context: Context, { room, before }: Asked): Promise<ScreenClips> {
  const query = { room, unclassed: true, limit: maxScreenClips };
  let next = before ?? null;
  for (let asked = 0; ; asked += 1) {
    const answer = (await context.ask('clips', {
      ...query,
      ...(next === null ? {} : { before: next }),
    })) as ClipsAnswer;
    ({ next } = answer);
    if (answer.clips.length === 0 && next !== null && asked < maxAsked) continue;
    return { clips: answer.clips.map(shown), next: answer.next, matters: mattersOf(context, String(room)) };
  }
}

/** Rejects with SCREEN_REQUEST for a clip of another room's docks, and as `clip-class` of the control socket does. */
export async function classOnScreen({ ask }: Context, asked: Asked): Promise<unknown> {
  const { room, file, matter, caseNumber, caseName, party, by, note } = asked;
  const { clips } = (await ask('clips', { file: file ?? '' })) as ClipsAnswer;
  // An empty file is all clips: none of them is meant.
  if (file === undefined || file === '' || clips[0]?.room !== room)
    throw new LiuhenError('SCREEN_REQUEST', { why: "the clip is not of this room's docks" });
  const said = { file, matter, caseNumber, caseName, party, by, note };
  const { seq, article } = (await ask('clip-class', said)) as ClipClassAnswer;
  return { seq, article };
}

function shown(clip: ClipView): ScreenClip {
  const { file, label, device, beginMs, endMs, timeCertain, bytes, classing } = clip;
  return { file, label, device, beginMs, endMs, timeCertain, bytes, classing };
}

function mattersOf({ settings, now }: Context, roomId: string): ScreenClips['matters'] {
  const { rooms, policies, policy, timezone } = settings();
  const pack = rooms.find(({ id }) => id === roomId)?.pack ?? policy.pack;
  const inForce = policies.inForce(pack, localDay(now().wall, timezone));
  return fieldMatters.map((id) => ({
    id,
    words: { zh: fieldMatterText(id, 'zh-CN'), en: fieldMatterText(id, 'en') },
    article: citations(inForce.field(id)?.articles ?? []),
  }));
}
