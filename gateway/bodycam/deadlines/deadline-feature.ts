// The deadlines of body-cam footage as a feature of the gateway: what it hears, what it answers, and what custody tells it.
// What it does is deadline-service.ts's.
import { LiuhenError } from '../../../config/errors.ts';
import type { Settings } from '../../../config/settings-types.ts';
import type { WorkingDays } from '../../../config/calendar/working-days.ts';
import type { GatewayFeature } from '../../gateway-feature.ts';
import { readWorkingDays } from '../../working-time/reception-feature.ts';
import { DeadlineBook, oldestOf, type ListedClip } from './deadline-book.ts';
import { DeadlineService } from './deadline-service.ts';
import type { OffloadDue } from './offload-deadlines.ts';

/** What custody tells of deadlines and asks for; it may be called before the feature starts. */
export interface FootageDeadlines {
  /**
   * After each listing of a docked device: all of its clips, also none. What is in the ledger as ClipOffloaded and not as
   * ClipErased counts as stored, by name and size; each ClipOffloaded that comes takes one away.
   */
  listed(serial: string, clips: readonly ListedClip[]): void;
  /** For DeviceUndocked.oldestWallMs: the end of the oldest clip that is not in the store; 0: all is in the store. */
  oldestUnsaved(serial: string): number;
  /** For ClipOffloaded.dueWallMs and dueArticle: the deadline of a clip that ended then; null before the start. */
  due(serial: string, endWallMs: number): OffloadDue | null;
}

export interface DeadlineFeature extends GatewayFeature, FootageDeadlines {}

export interface DeadlineFeatureOptions {
  /** For tests. */
  readonly readDays?: (settings: Settings) => Promise<WorkingDays>;
}

export function deadlineFeature({
  readDays = readWorkingDays,
}: DeadlineFeatureOptions = {}): DeadlineFeature {
  const book = new DeadlineBook();
  let running: { readonly service: DeadlineService; readonly wallMs: () => number } | null = null;
  const service = (): DeadlineService => {
    if (running === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return running.service;
  };
  return {
    name: 'deadlines',
    entry: (entry) => book.apply(entry),
    start: async (box) => {
      const starting = new DeadlineService({ box, book, readDays });
      await starting.readCalendar();
      running = { service: starting, wallMs: () => box.now().wall };
    },
    tick: () => running?.service.tick() ?? Promise.resolve(),
    settingsApplied: () => running?.service.readCalendar() ?? Promise.resolve(),
    bodycams: () => running?.service.offloads() ?? {},
    asks: {
      deadlines: async () => ({ ...service().offloads(), wallMs: running?.wallMs() ?? 0 }),
      'remote-work': async (body) => service().away(body),
      'remote-return': async (body) => service().back(body),
    },
    close: () => {
      running = null;
      return Promise.resolve();
    },
    listed: (serial, clips) => book.listed(serial, clips, running?.wallMs() ?? Date.now()),
    oldestUnsaved: (serial) => {
      const found = book.find(serial);
      return found ? oldestOf(found.footage) : 0;
    },
    due: (serial, endWallMs) => running?.service.due(serial, endWallMs) ?? null,
  };
}
