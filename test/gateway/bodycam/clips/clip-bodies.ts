// Entries about clips for tests, with everything in them that a test does not care about.
import { createHash } from 'node:crypto';
import type { BodycamBody } from '../../../../gateway/sessions/ledger-port.ts';

export type Offloaded = Extract<BodycamBody, { case: 'clipOffloaded' }>['value'];

export const nine = Date.UTC(2026, 10, 20, 1);
export const minute = 60_000;

/** The bytes of a clip that a test writes. */
export function bytesOf(file: string): Buffer {
  return Buffer.from(`the bytes of ${file}`);
}

/** An unclassed clip of bc-1 in room talk from 09:00 to 09:10 in Shanghai on 2026-11-20. */
export function offloaded(file: string, change: Partial<Offloaded> = {}): BodycamBody {
  return {
    case: 'clipOffloaded',
    value: {
      dock: 'dock-1',
      room: 'talk',
      slot: 0,
      serial: 'BC00001',
      device: 'bc-1',
      officer: { name: '李明', certificate: 'A-1' },
      unit: '一大队',
      clip: file,
      path: `DCIM/${file}`,
      file,
      bytes: bytesOf(file).length,
      sha256: createHash('sha256').update(bytesOf(file)).digest(),
      deviceSha256: new Uint8Array(),
      beginDeviceMs: nine,
      endDeviceMs: nine,
      beginWallMs: nine,
      endWallMs: nine + 10 * minute,
      clockOffsetMs: 0,
      timeCertain: true,
      caseMark: '',
      matter: '',
      caseNumber: '',
      caseName: '',
      party: '',
      classedBy: '',
      article: '',
      why: 'nothing-known',
      cardReread: 'disk',
      storeReread: 'disk',
      content: 'whole',
      dueWallMs: 0,
      dueArticle: '',
      ...change,
    },
  };
}
