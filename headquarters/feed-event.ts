// What headquarters tells of a gateway, and the names of its alarms. The words for people are feed-lines.ts's.
import type { ChainFault } from '../protocols/hq/chain.ts';
import type { Body, GatewayStatus, Header, RoomState } from '../protocols/hq/messages.ts';
import type { GatewayAddress } from '../protocols/hq/topics.ts';
import type { DebtRow } from './debt-desk.ts';
import type { KeyFault } from './key-pin.ts';

/** What is wrong with a gateway, as headquarters' own copy shows it. None of it is ever stored as good. */
export type FeedFault =
  | ChainFault
  | KeyFault
  | 'fork' // another entry has that number here
  | 'head-differs' // the status names another hash for an entry that is stored here
  | 'ledger-shorter' // the box started again with fewer entries than it had sent
  | 'epoch-goes-back'; // an older start of the box speaks, or an older copy of its disk

/** A deadline that comes near or has gone by, told once each, and again when headquarters starts. */
export interface DebtEvent extends DebtRow {
  readonly type: 'debt';
  readonly state: 'due-soon' | 'overdue';
}

export type FeedEvent =
  | {
      readonly type: 'entry';
      readonly address: GatewayAddress;
      readonly header: Header;
      readonly body: Body | undefined;
    }
  /**
   * An alarm. It is told once for as long as it lasts, and again when headquarters starts: then with `sinceMs`, the
   * time of its first telling by headquarters' clock. `seq` is the entry that it is about.
   */
  | {
      readonly type: 'fault';
      readonly address: GatewayAddress;
      readonly fault: FeedFault;
      readonly seq: bigint;
      readonly sinceMs?: number;
    }
  /** The key that this gateway's signatures are measured by from now on. */
  | {
      readonly type: 'key';
      readonly address: GatewayAddress;
      readonly fingerprint: Uint8Array;
      /** Whether it is one of the keys that headquarters was given; otherwise it was believed at first sight. */
      readonly expected: boolean;
      readonly seq: bigint;
    }
  | { readonly type: 'status'; readonly address: GatewayAddress; readonly status: GatewayStatus }
  | { readonly type: 'room'; readonly address: GatewayAddress; readonly room: RoomState }
  | DebtEvent;
