// A body-cam as people are shown it: where it is, who has it, whether it may be used. Pure.
import type { BodyCamSettings } from '../../../config/settings-types.ts';
import type { StoppedDeviceView } from '../bodycam-view.ts';
import type { DeviceBook } from './device-book.ts';
import type { DeviceRecord } from './device-record.ts';
import type { DeviceView } from './device-requests.ts';

export function deviceView(book: DeviceBook, camera: BodyCamSettings): DeviceView {
  const record = book.record(camera.serial);
  const { issue, suspects, docking, seenWallMs, maintainedWallMs } = record;
  return {
    device: camera.id,
    serial: camera.serial,
    unit: camera.unit,
    custodian: camera.officer?.name ?? '',
    elsewhere: book.isElsewhere(camera) ? (camera.gateway ?? '') : '',
    at: whereOf(record),
    issued: issue && {
      officer: issue.officer.name,
      certificate: issue.officer.certificate,
      by: issue.by,
      sinceWallMs: issue.sinceWallMs,
      matter: issue.matter,
      caseNumber: issue.caseNumber,
    },
    stopped: stoppedOf(record),
    suspects,
    lastDocking: docking,
    seenWallMs: seenWallMs === 0 ? null : seenWallMs,
    maintainedWallMs,
  };
}

/** Those of ours that must not be used, in the order of the register; at most `most`. */
export function stoppedDevices(book: DeviceBook, most: number): StoppedDeviceView[] {
  const found: StoppedDeviceView[] = [];
  for (const camera of book.all) {
    if (found.length >= most) break;
    const record = book.peek(camera.serial);
    const stopped = record && stoppedOf(record);
    if (stopped === null || book.isElsewhere(camera)) continue;
    const { what, sinceWallMs, article } = stopped;
    found.push({ device: camera.id, what, sinceWallMs, article });
  }
  return found;
}

/** Missing before broken: what is not there cannot be repaired. */
export function stoppedOf({ missing, outOfUse }: DeviceRecord): DeviceView['stopped'] {
  const mark = missing ?? outOfUse;
  if (mark === null) return null;
  const { what, detail, by, sinceWallMs, article } = mark;
  return { what, detail, by, sinceWallMs, article };
}

function whereOf({ at, issue, docking }: DeviceRecord): DeviceView['at'] {
  // Of two devices with one number nobody knows which one lies there.
  if (at === 'in' && docking?.standing !== 'double') return 'docked';
  if (issue) return 'issued';
  return at === 'never' ? 'never-seen' : at === 'out' ? 'out' : 'unknown';
}
