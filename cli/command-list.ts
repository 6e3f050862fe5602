// Every subcommand and how to load it. Loaded only when asked for, so that `liuhen verify` does not wait for
// the parts that talk to cameras and brokers.
import type { CommandSpec } from './command.ts';

export interface ListedCommand {
  /** The words that a person types, the same as the spec's name. */
  readonly name: string;
  readonly load: () => Promise<CommandSpec>;
}

export const commandList: readonly ListedCommand[] = [
  { name: 'run', load: async () => (await import('./commands/run.ts')).runCommand },
  { name: 'sim', load: async () => (await import('./commands/sim.ts')).simCommand },
  { name: 'sim devices', load: async () => (await import('./commands/sim-devices.ts')).simDevicesCommand },
  { name: 'sim dock', load: async () => (await import('./commands/sim-devices.ts')).simDockCommand },
  { name: 'sim pull', load: async () => (await import('./commands/sim-devices.ts')).simPullCommand },
  { name: 'sim record', load: async () => (await import('./commands/sim-devices.ts')).simRecordCommand },
  { name: 'sim act', load: async () => (await import('./commands/sim-devices.ts')).simActCommand },
  { name: 'sim fault', load: async () => (await import('./commands/sim-devices.ts')).simFaultCommand },
  { name: 'discover', load: async () => (await import('./commands/discover.ts')).discoverCommand },
  { name: 'broker', load: async () => (await import('./commands/broker.ts')).brokerCommand },
  { name: 'feed', load: async () => (await import('./commands/feed.ts')).feedCommand },
  {
    name: 'command open',
    load: async () => (await import('./commands/headquarters-command.ts')).commandOpenCommand,
  },
  {
    name: 'command close',
    load: async () => (await import('./commands/headquarters-command.ts')).commandCloseCommand,
  },
  {
    name: 'command mark',
    load: async () => (await import('./commands/headquarters-command.ts')).commandMarkCommand,
  },
  {
    name: 'command book',
    load: async () => (await import('./commands/headquarters-command.ts')).commandBookCommand,
  },
  {
    name: 'command unbook',
    load: async () => (await import('./commands/headquarters-command.ts')).commandUnbookCommand,
  },
  { name: 'verify', load: async () => (await import('./commands/verify.ts')).verifyCommand },
  { name: 'check', load: async () => (await import('./commands/check.ts')).checkCommand },
  {
    name: 'calendar show',
    load: async () => (await import('./commands/calendar-show.ts')).calendarShowCommand,
  },
  {
    name: 'calendar import',
    load: async () => (await import('./commands/calendar-import.ts')).calendarImportCommand,
  },
  { name: 'policy show', load: async () => (await import('./commands/policy-show.ts')).policyShowCommand },
  { name: 'policy diff', load: async () => (await import('./commands/policy-diff.ts')).policyDiffCommand },
  {
    name: 'policy explain',
    load: async () => (await import('./commands/policy-explain.ts')).policyExplainCommand,
  },
  { name: 'booking add', load: async () => (await import('./commands/booking.ts')).bookingAddCommand },
  { name: 'booking list', load: async () => (await import('./commands/booking.ts')).bookingListCommand },
  { name: 'booking cancel', load: async () => (await import('./commands/booking.ts')).bookingCancelCommand },
  { name: 'device list', load: async () => (await import('./commands/device.ts')).deviceListCommand },
  { name: 'device issue', load: async () => (await import('./commands/device.ts')).deviceIssueCommand },
  { name: 'device return', load: async () => (await import('./commands/device.ts')).deviceReturnCommand },
  { name: 'device report', load: async () => (await import('./commands/device.ts')).deviceReportCommand },
  { name: 'device maintain', load: async () => (await import('./commands/device.ts')).deviceMaintainCommand },
  { name: 'device history', load: async () => (await import('./commands/device.ts')).deviceHistoryCommand },
  { name: 'deadlines', load: async () => (await import('./commands/deadlines.ts')).deadlinesCommand },
  {
    name: 'deadlines away',
    load: async () => (await import('./commands/deadlines.ts')).deadlinesAwayCommand,
  },
  {
    name: 'deadlines back',
    load: async () => (await import('./commands/deadlines.ts')).deadlinesBackCommand,
  },
  { name: 'dock list', load: async () => (await import('./commands/dock.ts')).dockListCommand },
  { name: 'dock health', load: async () => (await import('./commands/dock.ts')).dockHealthCommand },
  { name: 'dock firmware', load: async () => (await import('./commands/dock.ts')).dockFirmwareCommand },
  { name: 'clips list', load: async () => (await import('./commands/clips.ts')).clipsListCommand },
  { name: 'clips class', load: async () => (await import('./commands/clips.ts')).clipsClassCommand },
  { name: 'clips verify', load: async () => (await import('./commands/clips-verify.ts')).clipsVerifyCommand },
  { name: 'clips book', load: async () => (await import('./commands/clips.ts')).clipsBookCommand },
  { name: 'clips unbook', load: async () => (await import('./commands/clips.ts')).clipsUnbookCommand },
  { name: 'clips bookings', load: async () => (await import('./commands/clips.ts')).clipsBookingsCommand },
  { name: 'session open', load: async () => (await import('./commands/session-open.ts')).sessionOpenCommand },
  {
    name: 'session close',
    load: async () => (await import('./commands/session-close.ts')).sessionCloseCommand,
  },
  { name: 'session mark', load: async () => (await import('./commands/session-mark.ts')).sessionMarkCommand },
  {
    name: 'session interrupt',
    load: async () => (await import('./commands/session-interrupt.ts')).sessionInterruptCommand,
  },
  {
    name: 'session resume',
    load: async () => (await import('./commands/session-resume.ts')).sessionResumeCommand,
  },
  {
    name: 'session settle',
    load: async () => (await import('./commands/session-settle.ts')).sessionSettleCommand,
  },
  {
    name: 'session status',
    load: async () => (await import('./commands/session-status.ts')).sessionStatusCommand,
  },
];
