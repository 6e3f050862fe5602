// What the gateway needs of its surroundings: the ledger's store, the broker, the uplink, the cameras' addresses and the
// features of the rooms. Real ones are gateway-parts.ts's; tests hand in others.
import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings-types.ts';
import type { ResolveCamera } from './cameras/camera-keeper.ts';
import type { WatchHints } from './cameras/hint-keeper.ts';
import type { GatewayFeature, SignText } from './gateway-feature.ts';
import type { GatewayView, RoomView } from './sessions/control-protocol.ts';
import type { SignSegment } from './sessions/journal-intake.ts';
import type { LedgerBody, LedgerPort } from './sessions/ledger-port.ts';
import type { FoldEntry, FoldedSession } from './sessions/session-fold.ts';

/** The ledger as the gateway needs it. */
export interface LedgerStore {
  readonly epoch: number;
  readonly publicKeyPem: string;
  readonly sign: SignSegment;
  readonly signText: SignText;
  head(): { readonly seq: number; readonly headHex: string };
  /** Resolves when the entry is synced. */
  append(body: LedgerBody): Promise<{ readonly seq: number; readonly wallMs?: number }>;
  /** Appends a signed checkpoint. */
  checkpoint(): Promise<void>;
  enterClosed(session: FoldedSession, lastJournalRecord: number, append: LedgerPort['append']): Promise<void>;
  hasProof(session: { readonly folder: string }): Promise<boolean>;
  /** Writes the proof of a closed session, up to the newest checkpoint, into its folder. */
  prove(session: { readonly session: string; readonly folder: string }): Promise<void>;
  /** Makes the room again that a full disk has taken from the ledger; false when there is still none. */
  refillReserve(): boolean;
  close(): Promise<void>;
}

export interface Closable {
  close(): Promise<void>;
}

export interface UplinkPort extends Readonly<GatewayView['uplink']> {
  publishRoom(room: RoomView, expiresAfterMs: number): void;
  /** Gives what is still to be sent a moment to arrive, then ends. */
  close(): Promise<void>;
}

export interface GatewayParts {
  /** `onEntry` hears every entry from the first, in order, before it resolves. */
  openLedger(settings: Settings, log: Log, onEntry: (entry: FoldEntry) => void): Promise<LedgerStore>;
  /** The broker of a one-room site, where the settings ask for it; closed after the uplink. */
  startBroker(settings: Settings, log: Log): Promise<Closable | null>;
  openUplink(
    settings: Settings,
    ledger: LedgerStore,
    rooms: () => GatewayView,
    log: Log,
  ): Promise<UplinkPort>;
  readonly resolveCamera: ResolveCamera;
  /** Absent: nobody listens to what the cameras say of themselves. */
  readonly watchHints?: WatchHints;
  /** Schedule, panel, screen …, new ones for each start; absent: the rooms only record when they are told. */
  readonly features?: () => readonly GatewayFeature[];
}
