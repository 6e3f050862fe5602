// What headquarters commands and a gateway replies, as the values of liuhen.proto: the same kinds as in messages.ts.
// codec.ts turns them into bytes and back.
import type { GatewayStatus, RoomState } from './messages.ts';

export interface OfficerMessage {
  readonly name: string;
  readonly certificate: string;
}

interface MatterMessage {
  readonly room: string;
  readonly kind: string;
  readonly officers: readonly OfficerMessage[];
  readonly caseNumber: string;
  readonly caseName: string;
  readonly parties: readonly string[];
  readonly stage: string;
}

/** What asks for the feed again. */
export type FeedWork =
  | { readonly case: 'replay'; readonly value: { readonly fromSeq: bigint } }
  | { readonly case: 'snapshot'; readonly value: Record<string, never> };

/** What does something in a room. */
export type RoomWork =
  | { readonly case: 'open'; readonly value: MatterMessage & { readonly urgent: boolean } }
  | {
      readonly case: 'close';
      readonly value: { readonly room: string; readonly session: string; readonly reason: string };
    }
  | {
      readonly case: 'mark';
      readonly value: {
        readonly room: string;
        readonly session: string;
        readonly label: string;
        readonly text: string;
      };
    }
  | {
      readonly case: 'book';
      readonly value: MatterMessage & {
        readonly from: string;
        readonly to: string;
        readonly endsItself: boolean;
      };
    }
  | { readonly case: 'unbook'; readonly value: { readonly booking: string } };

export type CommandWork = FeedWork | RoomWork;

/** All but `id` may be absent where the feed is asked for. */
export interface Command {
  readonly id: string;
  readonly issuedWallMs?: bigint;
  readonly expiresWallMs?: bigint;
  readonly by?: string;
  /** `<agency>/<site>/<gateway>`. */
  readonly addressee?: string;
  /** Undefined when the sender is newer than this code. */
  readonly command: CommandWork | undefined;
}

export interface Reply {
  readonly id: string;
  readonly ok: boolean;
  readonly code: string;
  readonly message: string;
  readonly status?: GatewayStatus;
  readonly rooms: readonly RoomState[];
  readonly session?: string;
  readonly booking?: string;
  readonly seq?: bigint;
  readonly article?: string;
  readonly details?: readonly { readonly name: string; readonly value: string }[];
  readonly debts?: readonly {
    readonly debt: string;
    readonly article: string;
    readonly dueWallMs: bigint;
  }[];
}
