// The ledger entry of a clip that is safe, put together from what the device, its card, the copy and the rules say of
// it. Pure.
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import { shownPath } from '../copying/card-file.ts';
import type { CardClip } from './card-listing.ts';
import type { CopyOutcome } from '../copying/clip-outcome.ts';
import type { TrueTimes } from './clip-times.ts';
import type { DeviceOfficer } from '../devices/device-register.ts';

/** What a clip is about (A12); empty words where that is not known yet. */
export interface ClipClass {
  readonly matter: string;
  readonly caseNumber: string;
  readonly caseName: string;
  readonly party: string;
  /** booking, mark or issue; empty: not classed yet, and `why` says why. */
  readonly by: string;
  readonly article: string;
  readonly why: string;
  /** Who had the device when the clip was made, null where that is not clear; left out: who has it at the docking. */
  readonly officer?: DeviceOfficer | null;
}
export const unclassed: ClipClass = {
  matter: '',
  caseNumber: '',
  caseName: '',
  party: '',
  by: '',
  article: '',
  why: '',
};

export interface ClipPlace {
  readonly dock: string;
  readonly room: string;
  readonly slot: number;
  readonly serial: string;
  readonly device: string;
  readonly unit: string;
}

export interface ClipFacts {
  readonly place: ClipPlace;
  readonly officer: DeviceOfficer | null;
  readonly clip: CardClip;
  readonly times: TrueTimes;
  readonly classed: ClipClass;
  /** 0 where the rules are silent. */
  readonly dueWallMs: number;
  readonly dueArticle: string;
  /** Below the store. */
  readonly file: string;
  readonly outcome: CopyOutcome & { readonly state: 'verified' };
}

export function clipEntry(facts: ClipFacts): Extract<BodycamBody, { case: 'clipOffloaded' }> {
  const { place, officer, clip, times, classed, outcome } = facts;
  return {
    case: 'clipOffloaded',
    value: {
      ...place,
      officer: (classed.officer === undefined ? officer : classed.officer) ?? { name: '', certificate: '' },
      clip: clip.id.slice(0, 300),
      path: shownPath(clip.path),
      file: facts.file,
      bytes: clip.bytes,
      sha256: Buffer.from(outcome.sha256 ?? '', 'hex'),
      deviceSha256: clip.listed?.sha256 ?? new Uint8Array(),
      beginDeviceMs: Math.round(clip.beginDeviceMs),
      endDeviceMs: Math.round(clip.endDeviceMs),
      beginWallMs: Math.round(times.beginWallMs),
      endWallMs: Math.round(times.endWallMs),
      clockOffsetMs: times.offsetMs,
      timeCertain: times.certain,
      caseMark: clip.listed?.caseMark ?? '',
      matter: classed.matter,
      caseNumber: classed.caseNumber,
      caseName: classed.caseName,
      party: classed.party,
      classedBy: classed.by,
      article: classed.article,
      why: classed.why,
      cardReread: outcome.reread?.card ?? '',
      storeReread: outcome.reread?.store ?? '',
      content: clip.content,
      dueWallMs: facts.dueWallMs,
      dueArticle: facts.dueArticle,
    },
  };
}
