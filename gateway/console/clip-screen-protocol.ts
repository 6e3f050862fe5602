// What page and server agree on about docks and clips: the part of the room's view, and the page that classes clips by
// hand. Types only. No footage is in it: viewing needs an approval (G2).
import type { SlotView } from '../bodycam/bodycam-view.ts';
import type { ClipView } from '../bodycam/clips/clip-requests.ts';
import type { BothWords } from './screen-protocol.ts';

export interface ScreenDock {
  readonly dock: string;
  /** As DockState of device-drivers/dock. */
  readonly state: string;
  /** Those with a device in them, at most maxScreenSlots. */
  readonly slots: readonly SlotView[];
  readonly free: number;
}

/** The part of ScreenView. */
export interface ClipScreenView {
  /** Of this room; none where it has no dock. */
  readonly docks: readonly ScreenDock[];
  /** Clips of this room's docks of which nobody knows what they are about (A12). */
  readonly unclassed: number;
}

/** One clip that is to be classed. */
export type ScreenClip = Pick<
  ClipView,
  'file' | 'label' | 'device' | 'beginMs' | 'endMs' | 'timeCertain' | 'bytes' | 'classing'
>;

/** The body of `clips`. */
export interface ScreenClipsRequest {
  /** `next` of the answer before. */
  readonly before?: number;
}
export interface ScreenClips {
  /** Newest in the ledger first. */
  readonly clips: readonly ScreenClip[];
  /** Null when there are no more. */
  readonly next: number | null;
  /** What a clip may be, as the room's pack has it today; the article is empty where it is silent. */
  readonly matters: readonly { readonly id: string; readonly words: BothWords; readonly article: string }[];
}

/** The body of `clip-class`: whose name is in it is in the ledger. */
export interface ScreenClipClass {
  readonly file: string;
  /** Empty: none of them, and the note says what it is. */
  readonly matter: string;
  readonly caseNumber: string;
  readonly caseName: string;
  readonly party: string;
  readonly by: string;
  readonly note: string;
}
