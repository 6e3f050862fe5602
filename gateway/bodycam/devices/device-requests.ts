// What people ask about body-cams over the control socket, and the answers. Types only.
import type { CheckVerdict } from '../../before-use/before-use-rules.ts';
import type { SessionOfficer } from '../../sessions/session-request.ts';
import type { DeviceEvent, Docking, Suspect } from './device-record.ts';

export interface IssueRequest {
  /** The agency's number, or the serial number. */
  readonly device?: string;
  readonly officer?: Partial<SessionOfficer>;
  readonly by?: string;
  readonly matter?: string;
  readonly caseNumber?: string;
  readonly caseName?: string;
  readonly parties?: readonly string[];
  /** Handed out although battery or card are short; never one that must not be used. */
  readonly urgent?: boolean;
}
export type DeviceItem = CheckVerdict['items'][number];
export interface IssueAnswer {
  readonly device: string;
  readonly serial: string;
  readonly officer: SessionOfficer;
  readonly pack: string;
  /** Of its entry. */
  readonly seq: number;
  readonly wallMs: number;
  readonly items: readonly DeviceItem[];
  /** That ask for the check; empty where the pack is silent. */
  readonly article: string;
}

export interface ReturnRequest {
  readonly device?: string;
  readonly by?: string;
}
export interface ReturnAnswer {
  readonly device: string;
  readonly serial: string;
  readonly officer: SessionOfficer;
  readonly seq: number;
  readonly wallMs: number;
  /** Nobody knows what is on it: it has to go into a dock. */
  readonly toDock: boolean;
  /** That have its footage stored; empty where the pack is silent. */
  readonly article: string;
}

export const reportKinds = ['fault', 'stolen', 'lost', 'found'] as const;
export type ReportKind = (typeof reportKinds)[number];
export interface ReportRequest {
  readonly device?: string;
  readonly what?: string;
  readonly detail?: string;
  readonly by?: string;
}

export const maintainOutcomes = ['in-use', 'out-of-use', 'retired'] as const;
export type MaintainOutcome = (typeof maintainOutcomes)[number];
export interface MaintainRequest {
  readonly device?: string;
  /** What was done. */
  readonly what?: string;
  readonly provider?: string;
  readonly outcome?: string;
  readonly by?: string;
}
/** To a report, or to upkeep. */
export interface DeviceAnswer {
  readonly device: DeviceView;
  readonly seq: number;
  /** Empty where the pack is silent. */
  readonly article: string;
}

export interface DevicesRequest {
  /** Those behind this number in the register; from the first where it is left out. */
  readonly after?: string;
}
/** Devices of one answer: it ends at 1 MiB, and each may have long texts and many suspicions. */
export const maxShownDevices = 60;
export interface DevicesAnswer {
  readonly devices: readonly DeviceView[];
  /** In the register. */
  readonly count: number;
  /** `after` for the next ones; empty behind the last. */
  readonly next: string;
}

export interface DeviceView {
  readonly device: string;
  readonly serial: string;
  readonly unit: string;
  /** By the settings; empty where nobody is named. */
  readonly custodian: string;
  /** That it belongs to, where that is not this one. */
  readonly elsewhere: string;
  /** `out`: pulled out of the dock, and issued to nobody: its custodian has it. `unknown`: the dock or the box was away. */
  readonly at: 'docked' | 'issued' | 'out' | 'unknown' | 'never-seen';
  /** Also while it still lies in its dock. */
  readonly issued: {
    readonly officer: string;
    readonly certificate: string;
    readonly by: string;
    readonly sinceWallMs: number;
    readonly matter: string;
    readonly caseNumber: string;
  } | null;
  /** Why it must not be used: fault, out-of-use, retired, stolen or lost; null while it may. */
  readonly stopped: {
    readonly what: string;
    readonly detail: string;
    readonly by: string;
    readonly sinceWallMs: number;
    readonly article: string;
  } | null;
  /** What the box itself saw: no person has said that it is a fault. */
  readonly suspects: readonly Suspect[];
  readonly lastDocking: Docking | null;
  /** Null where nobody has seen it. */
  readonly seenWallMs: number | null;
  readonly maintainedWallMs: number | null;
}

export interface DeviceHistoryRequest {
  readonly device?: string;
}
export interface DeviceHistoryAnswer {
  readonly device: DeviceView;
  /** By their entries, the oldest first. */
  readonly events: readonly DeviceEvent[];
  /** Older ones, which only the ledger has. */
  readonly earlier: number;
}

export interface DeviceRequests {
  readonly issue: { readonly body: IssueRequest; readonly answer: IssueAnswer };
  readonly return: { readonly body: ReturnRequest; readonly answer: ReturnAnswer };
  readonly report: { readonly body: ReportRequest; readonly answer: DeviceAnswer };
  readonly maintain: { readonly body: MaintainRequest; readonly answer: DeviceAnswer };
  readonly devices: { readonly body: DevicesRequest; readonly answer: DevicesAnswer };
  readonly 'device-history': {
    readonly body: DeviceHistoryRequest;
    readonly answer: DeviceHistoryAnswer;
  };
}
