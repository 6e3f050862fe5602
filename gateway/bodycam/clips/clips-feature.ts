// Clips as a feature of the gateway: the list of what the store has, what each is about, and the field bookings that say
// so. What is asked is clip-desk.ts's; the docks are custody-feature.ts's, which asks here what a clip is about.
import { LiuhenError } from '../../../config/errors.ts';
import type { GatewayFeature, RoomContext } from '../../gateway-feature.ts';
import { CaseLinks } from './case-links.ts';
import { ClipCatalogue } from './clip-catalogue.ts';
import { ClipDesk } from './clip-desk.ts';
import { unclassed, type ClipClass } from '../custody/clip-entry.ts';
import { FieldBook } from './field-book.ts';
import type { DockedClip } from '../custody/slot-parts.ts';

export interface ClipsFeature extends GatewayFeature {
  /** For the custody feature. Unclassed while this feature does not run: a clip never waits for it. */
  classify(docked: DockedClip): ClipClass;
}

export function clipsFeature(): ClipsFeature {
  const book = new FieldBook();
  // Names are made when they are asked for, and the time zone of the settings is known by then.
  const catalogue = new ClipCatalogue('UTC');
  let desk: ClipDesk | null = null;
  let links: CaseLinks | null = null;
  const running = (): ClipDesk => {
    if (desk === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return desk;
  };
  let context: RoomContext | null = null;
  const zone = (): void => {
    if (context) catalogue.setTimezone(context.settings().timezone);
  };
  return {
    name: 'clips',
    entry: (entry) => {
      book.apply(entry);
      catalogue.apply(entry);
      const { body } = entry;
      if (body.case === 'clipOffloaded' || body.case === 'clipClassed') links?.settle([body.value.file]);
    },
    start: async (own) => {
      context = own;
      zone();
      desk = new ClipDesk(own, book, catalogue);
      links = new CaseLinks({
        places: () => ({
          store: own.settings().offload.storeFolder,
          timezone: own.settings().timezone,
        }),
        clip: (file) => catalogue.plain(file),
        log: own.log,
      });
      // What a crash left out, and what was set up anew. Not waited for.
      links.settle(catalogue.files);
    },
    settingsApplied: async () => {
      zone();
      links?.settle(catalogue.files);
    },
    classify: (docked) => desk?.classify(docked) ?? unclassed,
    bodycams: () => ({ unclassed: catalogue.unclassed, unclassedByRoom: catalogue.unclassedByRoom }),
    asks: {
      clips: (body) => running().clips(body),
      'clip-class': (body) => running().classByHand(body),
      'field-book': (body) => running().book(body),
      'field-unbook': (body) => running().unbook(body),
      'field-bookings': (body) => running().bookings(body),
    },
    close: async () => {
      desk = null;
      await links?.close();
      links = null;
    },
  };
}
