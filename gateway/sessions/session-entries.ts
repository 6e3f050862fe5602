// How an opening and a refusal stand in the ledger.
import type { Moment } from '../../config/clock.ts';
import type { LiuhenError } from '../../config/errors.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import type { LedgerPort } from './ledger-port.ts';
import type { CheckedOpen } from './session-request.ts';

export interface OpeningEntry {
  readonly open: CheckedOpen;
  readonly session: string;
  /** Below the data folder. */
  readonly folder: string;
  readonly moment: Moment;
  /** When what an urgent start owes is due (E7). */
  readonly dueWallMs: number;
  readonly cameras: readonly CameraSettings[];
}

/** SessionOpened and its debts, in one sync: a session must not be found without its debts after a crash. */
export async function enterOpened(ledger: LedgerPort, entry: OpeningEntry): Promise<void> {
  const { open, session, folder, moment, dueWallMs, cameras } = entry;
  const append: LedgerPort['append'] = (body) => ledger.append(body);
  const entered = await Promise.allSettled([
    append({
      case: 'sessionOpened',
      value: {
        session,
        room: open.room.id,
        kind: open.kind,
        officers: open.officers,
        caseNumber: open.caseNumber,
        caseName: open.caseName,
        parties: open.parties,
        openedBy: open.by,
        urgent: open.urgent,
        opened: { wallMs: moment.wall, monoMs: moment.mono },
        folder,
        cameras: open.room.cameras.map((camera) => ({
          camera,
          required: cameras.find((each) => each.id === camera)?.requiredTracks ?? [],
        })),
        article: open.article,
        stage: open.stage,
        duty: open.duty ?? '',
      },
    }),
    ...open.debts.map(({ debt, what, article }) =>
      append({ case: 'debtIncurred', value: { session, debt, what, article, dueWallMs } }),
    ),
  ]);
  // Only now: when one is refused at once, the others are still on their way.
  for (const each of entered) if (each.status === 'rejected') throw each.reason;
}

/** A refusal is an entry like any other: why something was not recorded must be provable (I8). `suppressed`: how many
 * of the same room and reason were only counted before it. */
export async function enterRefusal(
  ledger: LedgerPort,
  error: LiuhenError,
  asked: { readonly room: string; readonly kind: string; readonly by: string; readonly article: string },
  suppressed = 0,
): Promise<void> {
  const { room, kind, by, article } = asked;
  const count = suppressed === 0 ? '' : `${suppressed} more refusals before; `;
  await ledger.append({
    case: 'sessionRefused',
    value: { room, kind, code: error.code, why: count + error.message, article, askedBy: by },
  });
}
