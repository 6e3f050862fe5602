// What people ask about clips and field bookings over the control socket, and the answers. Types only; the bodies are
// checked in clip-request-check.ts and answered by clip-desk.ts.
import type { FieldDuty } from '../../../config/policy/policy-schema.ts';
import type { SessionOfficer } from '../../sessions/session-request.ts';
import type { CataloguedClip, ClipClassing } from './catalogued-clip.ts';

/** Every part has to fit; what is left out fits everything. See ClipQuery. */
export interface ClipsRequest {
  /** One clip, by its file below the store: then with its earlier classings. */
  readonly file?: string;
  readonly name?: string;
  readonly device?: string;
  readonly officer?: string;
  readonly party?: string;
  /** Number or name. */
  readonly case?: string;
  readonly matter?: string;
  /** The room of the dock that it came through. */
  readonly room?: string;
  /** Some of the clip lies in it: YYYY-MM-DDTHH:MM at the site, or ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  readonly unclassed?: boolean;
  /** 1 to maxClipsShown. */
  readonly limit?: number;
  /** `next` of the answer before. */
  readonly before?: number;
}

export type ClipView = Omit<CataloguedClip, 'earlier'> & {
  /** The name under which it is shown and linked. */
  readonly label: string;
  /** How often it was classed before. */
  readonly earlierCount: number;
  /** Only where one clip was asked for by its file; oldest first. */
  readonly earlier?: readonly ClipClassing[];
};

export interface ClipsAnswer {
  /** Newest in the ledger first. */
  readonly clips: readonly ClipView[];
  /** To go on with as `before`; null when all was looked at. An answer may be empty and have a next. */
  readonly next: number | null;
  /** Clips that are in the ledger and the store, and no more in this list. */
  readonly forgotten: number;
  /** Unclassed ones of all docks, fitting or not. */
  readonly unclassed: number;
}

export interface ClipClassRequest {
  readonly file?: string;
  /** One of the matters; empty where it is none of them, and then `note` says what it is. */
  readonly matter?: string;
  readonly caseNumber?: string;
  readonly caseName?: string;
  readonly party?: string;
  /** Left out: who is known to have had the device stays. Without a name: not known. */
  readonly officer?: Partial<SessionOfficer>;
  readonly by?: string;
  readonly note?: string;
}
export interface ClipClassAnswer {
  readonly clip: ClipView;
  /** Of its entry; null where the same was said already, by the same person: then nothing was entered. */
  readonly seq: number | null;
  /** How far the matter has to be recorded; null where the pack is silent. */
  readonly duty: FieldDuty | null;
  readonly article: string;
}

export interface FieldBookRequest {
  /** A device, officers, or both. */
  readonly device?: string;
  readonly officers?: readonly Partial<SessionOfficer>[];
  readonly matter?: string;
  readonly caseNumber?: string;
  readonly caseName?: string;
  readonly parties?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
}
export interface FieldBookingView {
  readonly booking: string;
  readonly device: string;
  readonly officers: readonly SessionOfficer[];
  readonly matter: string;
  readonly caseNumber: string;
  readonly caseName: string;
  readonly parties: readonly string[];
  readonly fromWallMs: number;
  readonly toWallMs: number;
}
export interface FieldBookAnswer extends FieldBookingView {
  /** Unclassed clips that are in the store already and would fit: it came too late for them, and they stay as they are. */
  readonly fittingCount: number;
  /** The first of them. */
  readonly fitting: readonly string[];
  /** Where the pack says how far the matter is recorded; empty where it is silent. */
  readonly article: string;
}
export interface FieldUnbookRequest {
  readonly booking?: string;
  readonly by?: string;
  readonly why?: string;
}
export interface FieldBookingsRequest {
  readonly device?: string;
  /** Name or certificate number, exactly. */
  readonly officer?: string;
}
export interface FieldBookingsAnswer {
  /** By their beginning, at most maxBookingsShown: the last ones. */
  readonly bookings: readonly FieldBookingView[];
  readonly count: number;
}

/** Clips of one answer: an answer over the control socket ends at 1 MiB. */
export const maxClipsShown = 100;
export const maxBookingsShown = 200;
export const maxFittingShown = 20;

export interface ClipRequests {
  readonly clips: { readonly body: ClipsRequest; readonly answer: ClipsAnswer };
  readonly 'clip-class': { readonly body: ClipClassRequest; readonly answer: ClipClassAnswer };
  readonly 'field-book': { readonly body: FieldBookRequest; readonly answer: FieldBookAnswer };
  readonly 'field-unbook': { readonly body: FieldUnbookRequest; readonly answer: FieldBookingView };
  readonly 'field-bookings': { readonly body: FieldBookingsRequest; readonly answer: FieldBookingsAnswer };
}
