// What a command of headquarters must be before anything is done: pure. The rules of the room come after it and are the
// same as for anyone else; remembering what was done is command-book.ts's.
import { createHash } from 'node:crypto';
import { LiuhenError, isLiuhenError } from '../../config/errors.ts';
import { decodeCommand, encodeCommand, maxCommandBytes } from '../../protocols/hq/codec.ts';
import type { Command, RoomWork } from '../../protocols/hq/command-messages.ts';
import type { GatewayAddress } from '../../protocols/hq/topics.ts';

/** Longest time between the issue of a command and its expiry, in milliseconds. */
export const maxLifetimeMs = 3_600_000;
/** By how much the clocks of headquarters and the box may differ, in milliseconds. */
export const clockToleranceMs = 5000;
const idPattern = /^[A-Za-z0-9-]{8,64}$/;
/** Longest name of who asks, in characters: "hq: " and it fit into a field of the ledger. */
export const maxByLength = 100;

/** A message on the command topic as it came. */
export interface CommandMessage {
  readonly payload: Uint8Array;
  /** The broker had kept it: nobody says it now. */
  readonly retained: boolean;
}

/** What is known of a command, also of one that cannot be read. */
export interface CommandFacts {
  readonly id: string;
  readonly what: string;
  readonly by: string;
  readonly room: string;
  readonly session: string;
  readonly booking: string;
  readonly issuedWallMs: number;
  readonly expiresWallMs: number;
  readonly commandSha256: Uint8Array;
}

export interface ReadCommand {
  readonly facts: CommandFacts;
  /** Null where `error` says why it is none that this box does. */
  readonly work: RoomWork | null;
  readonly error: LiuhenError | null;
}

/** Reads a command that does something in a room. Never throws; the error is an HQ_COMMAND_INVALID. */
export function readCommand({ payload, retained }: CommandMessage, own: GatewayAddress): ReadCommand {
  const commandSha256 = new Uint8Array(createHash('sha256').update(payload).digest());
  const refuse = (why: string, facts: CommandFacts = nothingKnown(commandSha256)): ReadCommand => {
    return { facts, work: null, error: new LiuhenError('HQ_COMMAND_INVALID', { why }) };
  };
  if (payload.length > maxCommandBytes)
    return refuse(`it has ${payload.length} bytes, at most ${maxCommandBytes} are taken`);
  let command: Command;
  try {
    command = decodeCommand(payload);
  } catch (error) {
    if (!isLiuhenError(error, 'HQ_MESSAGE_INVALID')) throw error;
    return refuse('it cannot be read');
  }
  const facts = factsOf(command, commandSha256);
  if (facts === null) return refuse('its id, its sender or a time in it is not acceptable');
  if (retained) return refuse('the broker had kept it (retained)', facts);
  const mine = `${own.agency}/${own.site}/${own.gateway}`;
  if (command.addressee !== mine) return refuse('it is addressed to another box', facts);
  const work = command.command;
  if (work === undefined || work.case === 'replay' || work.case === 'snapshot')
    return refuse('it asks for what this box does not know', facts);
  // A newer headquarters may have said how it is meant in a field that is dropped here: half of it is not done.
  if (encodeCommand(command).length !== payload.length)
    return refuse('it has fields that this box does not know', facts);
  if (facts.expiresWallMs - facts.issuedWallMs > maxLifetimeMs || facts.expiresWallMs < facts.issuedWallMs)
    return refuse(
      `it is valid for longer than ${maxLifetimeMs / 60_000} minutes, or for less than none`,
      facts,
    );
  return { facts, work, error: null };
}

/** Whether it may begin now, by the box's clock; null when it may. */
export function timeError({ issuedWallMs, expiresWallMs }: CommandFacts, now: number): LiuhenError | null {
  if (now > expiresWallMs + clockToleranceMs)
    return new LiuhenError('HQ_COMMAND_EXPIRED', { until: iso(expiresWallMs), now: iso(now) });
  if (issuedWallMs > now + clockToleranceMs) {
    const why = `it was issued at ${iso(issuedWallMs)}, and the box's clock says ${iso(now)}`;
    return new LiuhenError('HQ_COMMAND_INVALID', { why });
  }
  return null;
}

function factsOf(command: Command, commandSha256: Uint8Array): CommandFacts | null {
  const { id } = command;
  const by = (command.by ?? '').trim();
  const [issuedWallMs, expiresWallMs] = [
    Number(command.issuedWallMs ?? 0n),
    Number(command.expiresWallMs ?? 0n),
  ];
  if (!idPattern.test(id) || by === '' || by.length > maxByLength || /\p{C}/u.test(by)) return null;
  if (![issuedWallMs, expiresWallMs].every((at) => at > 0 && at < latestMs)) return null;
  const value = (command.command?.value ?? {}) as Readonly<Record<string, unknown>>;
  return {
    id,
    what: command.command?.case ?? '',
    by,
    room: shortText(value['room']),
    session: shortText(value['session']),
    booking: shortText(value['booking']),
    issuedWallMs,
    expiresWallMs,
    commandSha256,
  };
}

/** The last moment that a Date can say (ECMA-262 §21.4.1.1). */
const latestMs = 8.64e15;
/** Names of the contract are shorter; the rules of the room judge the whole text. */
const longestName = 200;

function shortText(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, longestName).replaceAll(/\p{C}/gu, '?') : '';
}

function nothingKnown(commandSha256: Uint8Array): CommandFacts {
  const none = { id: '', what: '', by: '', room: '', session: '', booking: '' };
  return { ...none, issuedWallMs: 0, expiresWallMs: 0, commandSha256 };
}

function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
