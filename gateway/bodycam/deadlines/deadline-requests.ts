// What may be asked of deadlines over the control socket: types only. Who answers is deadline-feature.ts.
import type { BodycamView } from '../bodycam-view.ts';

/** Work from which nobody can store footage in time begins, or has ended (E1: JZ 13; E3: CT 15). */
export interface RemoteWorkRequest {
  /** The agency's number, or the serial number. */
  readonly device?: string;
  /** Only where it begins. */
  readonly why?: string;
  readonly by?: string;
}
export interface AwayAnswer {
  readonly device: string;
  readonly seq: number;
  /** That makes the exception. */
  readonly article: string;
  readonly fromWallMs: number;
  /** Null while nobody has come back. */
  readonly returnedWallMs: number | null;
  /** The device's deadline now; null while there is none. */
  readonly dueWallMs: number | null;
}

export interface DeadlinesAnswer extends Pick<BodycamView, 'offloads' | 'offloadCount'> {
  /** Of the box's clock, by which the time is counted that is left. */
  readonly wallMs: number;
}

export interface DeadlineRequests {
  readonly deadlines: { readonly body: object; readonly answer: DeadlinesAnswer };
  readonly 'remote-work': { readonly body: RemoteWorkRequest; readonly answer: AwayAnswer };
  readonly 'remote-return': { readonly body: RemoteWorkRequest; readonly answer: AwayAnswer };
}
