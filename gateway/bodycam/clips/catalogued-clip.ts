// A clip as the catalogue has it (I1): types only. The fold is clip-catalogue.ts, looking for it clip-search.ts.

/** What was said of a clip, once. */
export interface ClipClassing {
  /** The entry that says so. */
  readonly seq: number;
  readonly matter: string;
  readonly caseNumber: string;
  readonly caseName: string;
  readonly party: string;
  readonly officer: string;
  readonly certificate: string;
  /** As ClassedBy of config/classing-words.ts; '' is unclassed. */
  readonly by: string;
  /** Who, by hand; '' is the box. */
  readonly who: string;
  /** A classing code, or by hand a person's own words. */
  readonly why: string;
  readonly article: string;
}

export interface CataloguedClip {
  /** Of its ClipOffloaded. */
  readonly seq: number;
  /** Below the store; no two clips have the same. */
  readonly file: string;
  /** The dock that it came through, and the room that shows that dock. */
  readonly dock: string;
  readonly room: string;
  readonly device: string;
  readonly serial: string;
  readonly unit: string;
  /** The device's own name for it. */
  readonly clip: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly beginMs: number;
  readonly endMs: number;
  readonly timeCertain: boolean;
  readonly classing: ClipClassing;
  /** Oldest first; of very many the first and the last. */
  readonly earlier: readonly ClipClassing[];
  /** Whether the device does not have it any more. */
  readonly erased: boolean;
}
