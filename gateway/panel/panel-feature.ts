// The rooms' panels as a feature of the gateway: one PanelService for each room that has one, replaced when its
// settings change; the door and the climate become marks of the open session. Drivers are handed in.
import type { RoomStateWord } from '../../config/dictionary.ts';
import type { PanelSettings, Settings } from '../../config/settings-types.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { GatewayView, RoomPanelView } from '../sessions/control-protocol.ts';
import { allowedKinds } from '../sessions/session-rules.ts';
import { panelWords } from './panel-words.ts';
import { PanelService, panelTickMs, type PanelPort } from './panel-service.ts';

/** Milliseconds between two records of temperature or humidity while a session is open. */
export const climateEveryMs = 600_000;

/** Milliseconds until one that was refused is tried again. */
export const climateAgainMs = 60_000;

/** What a room's panel tells beside its button. */
export interface RoomPanel extends PanelPort {
  readonly events: PanelPort['events'] & {
    on(event: 'door', listener: (edge: { readonly open: boolean }) => void): unknown;
  };
}

/** Makes the driver of a panel, not yet open. */
export type MakePanel = (settings: PanelSettings) => RoomPanel;

interface Kept {
  readonly key: string;
  readonly panel: RoomPanel;
  readonly service: PanelService;
  doorOpen: boolean | null;
  /** How the door stands now has not been told since the cable was out. */
  back: boolean;
  /** By label: the session in which it was recorded last, and when. */
  readonly climate: Map<string, { readonly session: string; readonly monoMs: number }>;
}

export function panelFeature(makePanel: MakePanel): GatewayFeature {
  const kept = new Map<string, Kept>();
  let context: RoomContext | null = null;
  let shared: { readonly atMs: number; readonly view: GatewayView } | null = null;

  const mark = (room: string, label: string, text: string, refused = (): void => undefined): void => {
    const session = context?.ledger.fold.inRoom(room);
    // Outside a matter nobody's doors are anybody's business (H2).
    if (!context || !session || session.closing !== null) return;
    const { log } = context;
    context.mark({ room, label, text, by: 'panel' }).catch((error: unknown) => {
      log.warn('the panel could not mark', { room, label, error: error as Error });
      refused();
    });
  };

  /** All panels look at one view: each looks thirteen times a second, and a view is of all rooms. */
  const stateOf = (own: RoomContext, room: string): RoomStateWord => {
    const { mono } = own.now();
    if (shared === null || mono - shared.atMs >= panelTickMs / 2) shared = { atMs: mono, view: own.view() };
    return shared.view.rooms.find((each) => each.room === room)?.state ?? 'idle';
  };

  const begin = (room: string, settings: PanelSettings, own: RoomContext): Kept => {
    const panel = makePanel(settings);
    const service = new PanelService({
      room,
      panel,
      state: () => stateOf(own, room),
      // A press is an urgent start: what the policy asks for follows within its time (E7).
      open: () => own.open({ room, kind: kindOf(own.settings(), room), urgent: true, by: 'panel' }),
      close: () => own.close({ room, by: 'panel', reason: 'long press' }),
      now: () => own.now().mono,
      log: own.log,
    });
    const one: Kept = {
      key: JSON.stringify(settings),
      panel,
      service,
      doorOpen: null,
      back: false,
      climate: new Map(),
    };
    panel.events.on('lost', () => {
      one.back = true;
    });
    panel.events.on('door', ({ open }) => {
      // How the door stands when the panel is first opened is no event. After a cable that was out it is one, as of
      // now: when it moved nobody saw.
      const text = one.back ? panelWords[own.settings().language].seenAtReturn : '';
      if (one.doorOpen !== null && one.doorOpen !== open)
        mark(room, open ? 'door-opened' : 'door-closed', text);
      one.doorOpen = open;
      one.back = false;
    });
    service.start();
    return one;
  };

  const recordClimate = (room: string, { panel, climate }: Kept): void => {
    const session = context?.ledger.fold.inRoom(room)?.session;
    const { temperatureC, humidityPct } = panelView(panel.status);
    if (!context || session === undefined) return;
    const { mono } = context.now();
    const due = (label: string, value: number | null, text: string): void => {
      const last = climate.get(label);
      if (value === null || (last?.session === session && mono - last.monoMs < climateEveryMs)) return;
      climate.set(label, { session, monoMs: mono });
      // A refused one is tried again a minute later.
      mark(room, label, text, () => {
        climate.set(label, { session, monoMs: mono - climateEveryMs + climateAgainMs });
      });
    };
    due('temperature', temperatureC, `${temperatureC} °C`);
    due('humidity', humidityPct, `${humidityPct} % RH`);
  };

  const settle = async (): Promise<void> => {
    if (!context) return;
    const wanted = new Map(
      context.settings().rooms.flatMap(({ id, panel }) => (panel ? [[id, panel] as const] : [])),
    );
    for (const [room, one] of kept) {
      const settings = wanted.get(room);
      if (settings && JSON.stringify(settings) === one.key) continue;
      kept.delete(room);
      await one.service.close();
    }
    for (const [room, settings] of wanted)
      if (!kept.has(room)) kept.set(room, begin(room, settings, context));
  };

  return {
    name: 'panels',
    start: async (own) => {
      context = own;
      await settle();
    },
    settingsApplied: settle,
    tick: () => {
      for (const [room, one] of kept) recordClimate(room, one);
      return Promise.resolve();
    },
    panel: (room) => {
      const one = kept.get(room);
      return one === undefined ? null : panelView(one.panel.status);
    },
    close: async () => {
      await Promise.all([...kept.values()].map(({ service }) => service.close()));
      kept.clear();
      context = null;
    },
  };
}

/** What was read before the cable was out is not how it is now. */
function panelView({ connected, doorOpen, temperatureC, humidityPct }: RoomPanel['status']): RoomPanelView {
  if (!connected) return { connected, door: null, temperatureC: null, humidityPct: null };
  const door = doorOpen === null ? null : doorOpen ? 'open' : 'closed';
  return { connected, door, temperatureC, humidityPct };
}

/** What a room is for first: the matter that a press begins. */
function kindOf(settings: Settings, room: string): string | undefined {
  const found = settings.rooms.find(({ id }) => id === room);
  return found && allowedKinds(found.kind)[0];
}
