// The contract between the room screen's page and its server: what the page is shown twice a second, and what it may
// ask. Types only: the page is built apart from the gateway and shares nothing else with it.
import type { RoomStateWord } from '../../config/dictionary.ts';
import type { SessionKind } from '../../config/settings-types.ts';
import type { OffloadView } from '../bodycam/bodycam-view.ts';
import type { ClipScreenView } from './clip-screen-protocol.ts';
import type { RoomInterruption, RoomNotice, RoomPanelView } from '../sessions/control-protocol.ts';
import type { DemandName } from '../sessions/session-rules.ts';

/** Raised with every change that an older page would misread: it loads itself again. */
export const screenProtocol = 3;

/**
 * A page that has no view younger than so many milliseconds says that it knows nothing. It asks for one with any message,
 * and the server answers within half a second: a view is as old as the question at most, however long it was on its way.
 */
export const screenStaleMs = 3000;

/** A picture whose last frame arrived longer ago, in milliseconds, is neither sent nor shown: it says "now". */
export const oldestPictureMs = 10_000;

/** What a pack calls something, in both languages; its own word where it is not among the shipped ones. */
export interface BothWords {
  readonly zh: string;
  readonly en: string;
}

/** One matter that the room is for, and what its pack asks of it. */
export interface ScreenKind {
  readonly kind: SessionKind;
  /** Whose wish it is that it is recorded, the rules' or the request's, with the article. */
  readonly duty: BothWords;
  readonly demands: readonly { readonly name: DemandName; readonly article: string }[];
  readonly officers: { readonly least: number; readonly article: string };
  /** What an urgent start may bring later, and how much later (E7). */
  readonly urgentWithinMs: number;
}

/** A word of a pack, and what it is called. */
export interface ScreenWord {
  readonly id: string;
  readonly words: BothWords;
}

export interface ScreenBooking {
  readonly booking: string;
  readonly kind: string;
  readonly fromWallMs: number;
  readonly toWallMs: number;
  readonly state: 'waiting' | 'due' | 'open' | 'over';
}

export interface ScreenTrack {
  readonly camera: string;
  readonly kind: 'video' | 'audio';
  readonly required: boolean;
  /** As RoomTrack's. */
  readonly state: string;
  readonly behindMs: number | null;
  /** Of the last second, dBFS; null where it cannot be told. */
  readonly soundDb: number | null;
}

export interface ScreenDebt {
  readonly session: string;
  readonly debt: string;
  readonly article: string;
  readonly dueWallMs: number;
  readonly missed: boolean;
}

/** Of a body-cam whose footage is due. */
export type ScreenOffload = Omit<OffloadView, 'room'>;

export interface ScreenView extends ClipScreenView {
  readonly protocol: number;
  readonly room: string;
  readonly name: string;
  /** Every room of the box, for the way from one to another. */
  readonly rooms: readonly { readonly room: string; readonly name: string; readonly state: RoomStateWord }[];
  /** Of the settings; a reader may choose the other. */
  readonly language: 'zh-CN' | 'en';
  readonly timezone: string;
  readonly wallMs: number;
  /** Derived from what is on disk (P1). */
  readonly state: RoomStateWord;
  /** Codes, as RoomView's. */
  readonly why: string;
  readonly session: string | null;
  readonly sessionKind: string | null;
  readonly openedWallMs: number | null;
  readonly gaps: number;
  readonly tracks: readonly ScreenTrack[];
  /** The cameras of the room while it is idle: whether a session could begin without missing its start. */
  readonly cameras: readonly { readonly camera: string; readonly warm: boolean; readonly fault: string }[];
  readonly notices: readonly RoomNotice[];
  readonly interruption: RoomInterruption | null;
  /** The causes that may be named at an interruption, as the room's pack has them. */
  readonly causes: { readonly article: string; readonly causes: readonly ScreenWord[] };
  /** Of this room, those that come next. */
  readonly bookings: readonly ScreenBooking[];
  readonly kinds: readonly ScreenKind[];
  readonly keyMoments: {
    readonly article: string;
    readonly moments: readonly ScreenWord[];
  };
  /** On what grounds nothing may be recorded (H1), and the one that the settings give for this room. */
  readonly forbidden: {
    readonly article: string;
    readonly grounds: readonly ScreenWord[];
    readonly room: ScreenWord | null;
  };
  /** Those of this room, also of sessions that are closed. */
  readonly debts: readonly ScreenDebt[];
  /** Footage that is due, of body-cams of this room's docks: the first that is due first, at most maxScreenOffloads. */
  readonly offloads: readonly ScreenOffload[];
  /** How many there are. */
  readonly offloadCount: number;
  /** Door, temperature and humidity; null where the room has no panel. */
  readonly panel: RoomPanelView | null;
  readonly headquarters: { readonly connected: boolean; readonly waiting: number };
  readonly recorder: boolean;
  readonly disk: { readonly freeBytes: number; readonly writable: boolean } | null;
}

/** What a page may ask of its room; the bodies are those of the control socket, without room and author. */
export const screenActions = [
  'open',
  'close',
  'mark',
  'settle',
  'interrupt',
  'resume',
  'check',
  'clips',
  'clip-class',
] as const;
export type ScreenAction = (typeof screenActions)[number];

/** Why something was refused: its code is the contract, its text is in the language that was asked for. */
export interface ScreenRefusal {
  readonly code: string;
  readonly text: string;
}
