// What a technician asks about docks over the control socket, and what is answered. Types only; dock-desk.ts answers.
import type { FirmwareName } from '../../../protocols/dock/messages.ts';

export interface DockHealthView {
  /** When it was asked. */
  readonly wallMs: number;
  readonly uptimeS: number;
  readonly temperatureC: number;
  readonly supplyMv: number;
  /** As the dock itself counts. */
  readonly framesReceived: number;
  readonly framesBad: number;
  /** `supply`, `temperature`, `flash`, `usb-hub`, `clock`; `other` for a newer dock's. */
  readonly faults: readonly string[];
}

export interface AskedHealth {
  readonly dock: string;
  /** Null: it does not tell. */
  readonly health: DockHealthView | null;
  /** A code: the state of its line, or its refusal; empty otherwise. */
  readonly why: string;
}

/** `sending`: to the spare bank; `away`: the line has ended; `waiting`: for the slots to be done, before the restart. */
export type UpdateState = 'sending' | 'away' | 'waiting' | 'restarting' | 'done' | 'failed';

export interface UpdateView {
  readonly dock: string;
  readonly firmware: FirmwareName;
  readonly state: UpdateState;
  readonly bytes: number;
  readonly storedBytes: number;
  /** Slots that it waits for. */
  readonly slots: readonly number[];
  /** A code: why it has failed, or the state of the line that it waits for; empty otherwise. */
  readonly why: string;
  readonly by: string;
  readonly beganWallMs: number;
}

export interface DockDeskView {
  readonly dock: string;
  readonly room: string;
  readonly address: string;
  readonly state: string;
  /** What was known last; null before it was open. */
  readonly identity: { readonly vendor: string; readonly model: string; readonly serial: string } | null;
  readonly firmware: FirmwareName | null;
  /** The site demands at least this build. */
  readonly minBuild: number;
  readonly slots: readonly {
    readonly slot: number;
    readonly at: string;
    readonly serial: string;
  }[];
  /** As this end counts since the line stands; null before one stood. */
  readonly wire: {
    readonly frames: number;
    readonly bad: number;
    readonly repeated: number;
    readonly unexpected: number;
  } | null;
  /** Null while it was not asked. */
  readonly health: DockHealthView | null;
  /** The last one since the gateway runs. */
  readonly update: UpdateView | null;
}

export interface DockRequests {
  readonly docks: { readonly body: null; readonly answer: readonly DockDeskView[] };
  readonly 'dock-health': {
    readonly body: { readonly dock?: string };
    readonly answer: readonly AskedHealth[];
  };
  /** `image`: a path on the box. */
  readonly 'dock-firmware': {
    readonly body: { readonly dock?: string; readonly image?: string; readonly by?: string };
    readonly answer: UpdateView;
  };
}
