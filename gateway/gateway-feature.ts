// Features of the rooms (schedule, panel, screen, notice …): what one may use, and how the gateway runs them beside
// recording. One that fails is in the log and hinders neither the others nor a session.
import { sleep, type Moment } from '../config/clock.ts';
import { LiuhenError } from '../config/errors.ts';
import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings-types.ts';
import { noBodycams, type BodycamView } from './bodycam/bodycam-view.ts';
import type {
  CloseAnswer,
  GatewayView,
  MarkAnswer,
  OpenAnswer,
  RoomInterruption,
  RoomNotice,
  RoomPanelView,
} from './sessions/control-protocol.ts';
import type { LedgerPort } from './sessions/ledger-port.ts';
import type { FoldEntry } from './sessions/session-fold.ts';
import type { CheckedOpen } from './sessions/session-request.ts';
import type { BeforeOpen } from './sessions/session-service-options.ts';

export interface RoomContext {
  readonly settings: () => Settings;
  readonly ledger: LedgerPort;
  /** Ed25519 by the box's own key, and the key's fingerprint. */
  readonly signText: SignText;
  readonly open: (request: unknown) => Promise<OpenAnswer>;
  readonly close: (request: unknown) => Promise<CloseAnswer>;
  readonly mark: (request: unknown) => Promise<MarkAnswer>;
  readonly settle: (request: unknown) => Promise<unknown>;
  /** What other features answer; rejects with CONTROL_REQUEST_UNKNOWN when none does. */
  readonly ask: (request: string, body: unknown) => Promise<unknown>;
  /** The derived state of every room (P1). */
  readonly view: () => GatewayView;
  readonly now: () => Moment;
  readonly log: Log;
}

export type SignText = (text: Uint8Array) => {
  readonly signature: Uint8Array;
  readonly keySha256: Uint8Array;
};

export interface GatewayFeature {
  /** For the log. */
  readonly name: string;
  /** Hears every ledger entry from the first, in order; those of the past come before `start`. */
  entry?(entry: FoldEntry): void;
  /** Control is up. A rejection is logged, and the feature gets no ticks. */
  start(context: RoomContext): Promise<void>;
  /** Every half second, never two at a time. */
  tick?(): Promise<void>;
  /** What the people in a room are told now, for its view. */
  notices?(room: string): readonly RoomNotice[];
  /** What interrupts the matter of a room now, for its view. */
  interruption?(room: string): RoomInterruption | null;
  /** What is known of the room's panel, for its view; null where it has none. */
  panel?(room: string): RoomPanelView | null;
  /** What it knows of docks and body-cams, its part of the view. */
  bodycams?(): Partial<BodycamView>;
  /** A look at the room of a session that is about to open: immediate, and null while it cannot tell. */
  beforeOpen?(open: CheckedOpen): BeforeOpen | null;
  /** Requests of the control socket that it answers while it runs; it checks the bodies itself. */
  readonly asks?: Readonly<Record<string, (body: unknown) => Promise<unknown>>>;
  /** SIGHUP brought other settings. */
  settingsApplied?(): Promise<void>;
  /** Sessions may still be open. Safe without `start`. */
  close(): Promise<void>;
}

/** Milliseconds that the end waits for features that are in the middle of something. */
export const lastTickMs = 2000;

export class FeatureSet {
  readonly #features: readonly GatewayFeature[];
  readonly #log: Log;
  readonly #running = new Set<GatewayFeature>();
  readonly #ticking = new Map<GatewayFeature, Promise<void>>();
  /** What failed when a view was last made, by feature: told already. */
  readonly #blind = new Set<string>();

  constructor(features: readonly GatewayFeature[], log: Log) {
    this.#features = features;
    this.#log = log;
  }

  entry(entry: FoldEntry): void {
    for (const feature of this.#features) {
      try {
        feature.entry?.(entry);
      } catch (error) {
        // The entry is in the ledger whatever a feature makes of it, and the next one must come in too.
        this.#tell(feature, 'entry', error);
      }
    }
  }

  async start(context: RoomContext): Promise<void> {
    await this.#each(this.#features, 'start', async (feature) => {
      await feature.start(context);
      this.#running.add(feature);
    });
  }

  /** Begins the ticks of all; one that still runs from before is not overtaken, and holds up no other. */
  tick(): void {
    for (const feature of this.#running) {
      if (this.#ticking.has(feature)) continue;
      const ticked = this.#each([feature], 'tick', () => feature.tick?.());
      this.#ticking.set(feature, ticked);
      void ticked.then(() => this.#ticking.delete(feature));
    }
  }

  /** Rejects with CONTROL_REQUEST_UNKNOWN when no feature that runs answers it, and as the feature does. */
  async ask(request: string, body: unknown): Promise<unknown> {
    const running = [...this.#running];
    const answer = running.map(({ asks }) => asks?.[request]).find((each) => each !== undefined);
    if (answer) return answer(body);
    const allowed = running.flatMap(({ asks }) => Object.keys(asks ?? {})).join(', ');
    throw new LiuhenError('CONTROL_REQUEST_UNKNOWN', { request, allowed: allowed || '-' });
  }

  notices(room: string): readonly RoomNotice[] {
    return [...this.#running].flatMap((feature) => this.#seen(feature, 'notices', room) ?? []);
  }

  interruption(room: string): RoomInterruption | null {
    for (const feature of this.#running) {
      const found = this.#seen(feature, 'interruption', room);
      if (found) return found;
    }
    return null;
  }

  panel(room: string): RoomPanelView | null {
    for (const feature of this.#running) if (feature.panel) return this.#seen(feature, 'panel', room) ?? null;
    return null;
  }

  /** Each part of the view by the feature that tells it. */
  bodycams(): BodycamView {
    const parts = [...this.#running].map((feature) => this.#seen(feature, 'bodycams', '') ?? {});
    return Object.assign({ ...noBodycams }, ...parts) as BodycamView;
  }

  beforeOpen(open: CheckedOpen): BeforeOpen | null {
    for (const feature of this.#running) {
      try {
        if (feature.beforeOpen) return feature.beforeOpen(open);
      } catch (error) {
        // What cannot be looked at is recorded all the same.
        this.#tell(feature, 'before opening', error);
      }
    }
    return null;
  }

  settingsApplied(): Promise<void> {
    return this.#each(this.#running, 'settings', (feature) => feature.settingsApplied?.());
  }

  /** Waits for ticks under way for lastTickMs at most: what hangs must not keep the sessions from being sealed. */
  async close(): Promise<void> {
    this.#running.clear();
    await Promise.race([Promise.all(this.#ticking.values()), sleep(lastTickMs)]);
    await this.#each(this.#features, 'close', (feature) => feature.close());
  }

  async #each(
    features: Iterable<GatewayFeature>,
    what: string,
    act: (feature: GatewayFeature) => Promise<void> | undefined,
  ): Promise<void> {
    await Promise.all(
      [...features].map(async (feature) => {
        try {
          await act(feature);
        } catch (error) {
          this.#tell(feature, what, error);
        }
      }),
    );
  }

  /** What a feature adds to the view of a room; nothing where it fails, or nobody would know the room's state. */
  #seen<What extends 'notices' | 'interruption' | 'panel' | 'bodycams'>(
    feature: GatewayFeature,
    what: What,
    room: string,
  ): ReturnType<NonNullable<GatewayFeature[What]>> | null {
    const key = `${feature.name} ${what}`;
    try {
      const found = feature[what]?.(room) as ReturnType<NonNullable<GatewayFeature[What]>> | undefined;
      this.#blind.delete(key);
      return found ?? null;
    } catch (error) {
      // The view is made several times a second: once is enough.
      if (!this.#blind.has(key)) this.#tell(feature, what, error);
      this.#blind.add(key);
      return null;
    }
  }

  #tell(feature: GatewayFeature, what: string, error: unknown): void {
    this.#log.error('a feature failed', { feature: feature.name, what, error: error as Error });
  }
}
