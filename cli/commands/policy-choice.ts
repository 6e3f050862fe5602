// Which policy a `liuhen policy` command is about: a pack by name, or a room's of the settings, on a day. What the
// packs say is config/policy's.
import { wallTime } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import { isDay, localDay } from '../../config/local-day.ts';
import { loadPolicies, shippedPolicies } from '../../config/policy/load-policies.ts';
import type { Policy, PolicyBook } from '../../config/policy/policy-book.ts';
import { loadSettings } from '../../config/settings.ts';
import type { RoomSettings } from '../../config/settings-types.ts';
import type { CommandInput, CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

export const policyOptions: NonNullable<CommandSpec['options']> = [
  { flags: '--pack <id>', summary: { en: 'this policy pack', zh: '使用此制度包' } },
  {
    flags: '--room <id>',
    summary: { en: 'the pack of this room of the settings', zh: '使用配置中此房间的制度包' },
  },
  {
    flags: '--config <file>',
    summary: { en: 'the settings (LIUHEN_CONFIG)', zh: '配置文件（LIUHEN_CONFIG）' },
  },
  {
    flags: '--date <day>',
    summary: { en: 'as on this day, YYYY-MM-DD (today)', zh: '按此日期，YYYY-MM-DD（默认今天）' },
  },
  {
    flags: '--packs <folder>',
    summary: { en: "an agency's own packs too", zh: '同时使用此目录中的制度包' },
  },
];

export interface PolicyChoice {
  readonly book: PolicyBook;
  readonly policy: Policy;
  readonly room: RoomSettings | null;
  readonly day: string;
}

/** Throws POLICY_*, POLICY_OPTION, SESSION_ROOM_UNKNOWN or SETTINGS_*. Without a pack and settings: `strictest`. */
export async function choosePolicy(input: CommandInput): Promise<PolicyChoice> {
  const file = textOption(input, 'config') ?? process.env['LIUHEN_CONFIG'];
  const settings = file ? await loadSettings(file, process.env) : null;
  const day = chosenDay(input, settings?.timezone);
  const roomId = textOption(input, 'room');
  if (roomId !== undefined && !settings) throw new LiuhenError('POLICY_OPTION', { option: '--config' });
  const room = settings?.rooms.find(({ id }) => id === roomId) ?? null;
  if (roomId !== undefined && !room)
    throw new LiuhenError('SESSION_ROOM_UNKNOWN', {
      room: roomId,
      allowed: settings?.rooms.map(({ id }) => id).join(', ') ?? '',
    });
  const book = await chosenBook(input, settings?.policies);
  const pack = textOption(input, 'pack') ?? room?.pack ?? settings?.policy.pack ?? 'strictest';
  return { book, policy: book.on(pack, day), room, day };
}

/** The packs of the settings, or the shipped ones, with those of --packs. */
export async function chosenBook(input: CommandInput, ofSettings?: PolicyBook): Promise<PolicyBook> {
  const own = textOption(input, 'packs');
  if (own !== undefined) return loadPolicies([shippedPolicies, own]);
  return ofSettings ?? loadPolicies();
}

export function chosenDay(input: CommandInput, timezone = 'Asia/Shanghai'): string {
  const given = textOption(input, 'date');
  if (given === undefined) return localDay(wallTime(), timezone);
  if (!isDay(given)) throw new LiuhenError('POLICY_OPTION', { option: '--date' });
  return given;
}
