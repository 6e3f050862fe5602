// Whether the kernel's clock is synchronised, as the system tells: systemd's timedated reads the kernel's own flag,
// which timesyncd, chrony and ntpd set. Where nobody tells, it is not known.
import { execFile } from 'node:child_process';

export type ClockSync = 'synchronised' | 'not-synchronised' | 'unknown';

/** Longest wait for timedatectl, in milliseconds. */
export const clockAnswerMs = 5000;

/** Asks once. Never rejects. */
export function readClockSync(): Promise<ClockSync> {
  return new Promise((resolve) => {
    execFile(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      { timeout: clockAnswerMs, maxBuffer: 4096 },
      // No systemd, no bus, no such property: each is an error or another text, and none of them tells anything.
      (error, out) => resolve(error ? 'unknown' : clockSyncOf(out)),
    );
  });
}

/** What timedatectl's answer means. */
export function clockSyncOf(answer: string): ClockSync {
  switch (answer.trim()) {
    case 'yes':
      return 'synchronised';
    case 'no':
      return 'not-synchronised';
    default:
      return 'unknown';
  }
}
