// What settings.ts hands to the product after checking: units in the names, paths absolute, secrets wrapped.
import type { PolicyBook } from './policy/policy-book.ts';
import type { ForbiddenGround } from './policy/policy-schema.ts';
import type { Secret } from './secret.ts';

export type RoomKind =
  | 'reception'
  | 'interview'
  | 'inquiry'
  | 'hearing'
  | 'expert-review'
  | 'statement'
  | 'hall'
  | 'case-place';
export type SessionKind =
  | 'reception'
  | 'interview'
  | 'inquiry'
  | 'hearing'
  | 'expert-review'
  | 'statement'
  | 'defence'
  | 'case-handling';

export interface Credentials {
  readonly username: string;
  readonly password: Secret;
}

export interface CameraSettings {
  readonly id: string;
  readonly source:
    | {
        readonly kind: 'onvif';
        readonly url: string;
        readonly profile?: string;
        readonly fingerprint256?: string;
        /** What the camera shows on its picture; absent = left as it is. */
        readonly osdText?: string;
      }
    | { readonly kind: 'rtsp'; readonly url: string };
  readonly credentials?: Credentials;
  readonly transport: 'auto' | 'tcp' | 'udp';
  readonly requiredTracks: readonly ('video' | 'audio')[];
}

/** A board with StandardFirmata; pins by number, a part that is not wired is absent. */
export interface PanelSettings {
  /** `serial:/dev/ttyACM0` or `tcp://host:port`. */
  readonly address: string;
  readonly pins: {
    readonly button: number;
    readonly lamp: number;
    readonly door?: number;
    readonly buzzer?: number;
    /** An analog pin (14 = A0 of an Uno) with a TMP36. */
    readonly temperature?: number;
    /** An analog pin with a linear humidity sensor. */
    readonly humidity?: number;
  };
  /** Of the humidity sensor, millivolts at a supply of 5 V. */
  readonly humidityScale?: { readonly mvAt0: number; readonly mvAt100: number };
}

export interface RoomSettings {
  readonly id: string;
  readonly name: string;
  readonly kind: RoomKind;
  /** The policy pack of this room, where it is not that of the site. */
  readonly pack?: string;
  /** It records the whole working time where its pack leaves that to the site (A6). */
  readonly wholeWorkingTime?: boolean;
  /** A ground on which nothing may be recorded in it (H1). */
  readonly forbidden?: ForbiddenGround;
  readonly panel?: PanelSettings;
  /** Where people in it are told, when that is not the box's output. */
  readonly audio?: AudioOutput;
  /** Officers and party are both in the cameras' view (A9): who looked, and on which day (YYYY-MM-DD). */
  readonly bothInView?: { readonly confirmedBy: string; readonly on: string };
  readonly cameras: readonly string[];
}

/** Where sound comes out: a command, or a device, or neither for the first player on its own device. */
export interface AudioOutput {
  readonly command?: readonly string[];
  readonly device?: string;
}

export interface MqttSettings {
  readonly url: string;
  /** The gateway runs the broker of a one-room site itself, at the host and port of `url`. */
  readonly embedded: boolean;
  readonly credentials?: Credentials;
  readonly tls?: { readonly caFile: string; readonly certFile?: string; readonly keyFile?: string };
  readonly protocolVersion: 4 | 5;
  /** Everything the gateway publishes also goes out as JSON, below `…/json/`. */
  readonly json: boolean;
}

/** A dock of body-cams. */
export interface DockSettings {
  readonly id: string;
  readonly room: string;
  /** `serial:/dev/ttyUSB0` or `tcp://host:port`. */
  readonly address: string;
  readonly baudRate: number;
  /** 0: any. */
  readonly minBuild: number;
}

/** A body-cam of the register. */
export interface BodyCamSettings {
  /** The agency's number of the device. */
  readonly id: string;
  readonly serial: string;
  readonly unit: string;
  /** Its custodian. */
  readonly officer: { readonly name: string; readonly certificate: string } | null;
  /** The gateway that it belongs to; null: this one. */
  readonly gateway: string | null;
}

export interface OffloadSettings {
  readonly storeFolder: string;
  /** It has to lie on another disk than the data folder. */
  readonly ownDisk: boolean;
  readonly keepFreeBytes: number;
  /** Bytes a second that are read while a room records. */
  readonly capBytesPerSecond: number;
  readonly slots: number;
  /** A folder with `sys` and `mountinfo`; absent: the kernel's own. */
  readonly kernelLists?: string;
}

export interface Settings {
  readonly agency: string;
  readonly site: string;
  readonly gateway: string;
  readonly timezone: string;
  readonly language: 'zh-CN' | 'en';
  readonly dataFolder: string;
  readonly recording: {
    /** Longest part in milliseconds, or 'auto': chosen between 370 and 1000 from the measured sync latency. */
    readonly partMs: number | 'auto';
    readonly segmentMs: number;
    /** Bytes of disk that recording never uses, so that the ledger can still be written. */
    readonly reserveBytes: number;
    /** What the check before use wants room for, in milliseconds. */
    readonly longestSessionMs: number;
  };
  /** Every policy pack at hand, shipped and the agency's own. */
  readonly policies: PolicyBook;
  readonly policy: {
    /** The pack of rooms that name none. */
    readonly pack: string;
    /** More than the pack asks; absent: what the pack asks. */
    readonly officers?: number;
    readonly caseNumber: 'required' | 'optional';
    readonly urgentDebtMs: number;
    readonly interruptedAfterMs: number;
    readonly interruptionDebtMs: number;
  };
  readonly workingTime: {
    /** `09:00-12:00`, ascending, local time. */
    readonly hours: readonly string[];
    /** Days with hours of their own, worked whatever the calendar says. */
    readonly special: ReadonlyMap<string, readonly string[]>;
    readonly closed: readonly string[];
    /** How long before opening a reception room begins to record. */
    readonly leadMs: number;
  };
  /** How the people in a room are told (B1-B4). */
  readonly notice: {
    readonly audio: AudioOutput;
    /** WAV files by the id of the pack, absolute. */
    readonly files: ReadonlyMap<string, string>;
  };
  readonly mqtt: MqttSettings;
  /** The room screen; absent: no page is served. */
  readonly console?: {
    readonly host: string;
    readonly port: number;
    /** What a tablet is asked for once; always there where `host` is not loopback. */
    readonly code?: Secret;
    readonly tls?: { readonly certFile: string; readonly keyFile: string };
  };
  readonly rooms: readonly RoomSettings[];
  readonly cameras: readonly CameraSettings[];
  readonly docks: readonly DockSettings[];
  readonly bodyCams: readonly BodyCamSettings[];
  readonly offload: OffloadSettings;
  /** Where they were read from, and the hex SHA-256 of that text; absent when they were made in code. */
  readonly source?: { readonly file: string; readonly sha256: string };
}
