// The rooms' panels as a feature of the gateway: one PanelService for each room that has one, replaced when its
// settings change; the door and the temperature become marks of the open session. Drivers are handed in.
import type { RoomStateWord } from '../../config/dictionary.ts';
import type { PanelSettings, Settings } from '../../config/settings-types.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { GatewayView } from '../sessions/control-protocol.ts';
import { allowedKinds } from '../sessions/session-rules.ts';
import { PanelService, panelTickMs, type PanelPort } from './panel-service.ts';

/** Milliseconds between two records of the temperature while a session is open. */
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
  /** The session whose temperature was recorded last, and when. */
  climate: { session: string; monoMs: number };
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
      climate: { session: '', monoMs: 0 },
    };
    panel.events.on('door', ({ open }) => {
      // How the door stands when the panel is opened is no event.
      if (one.doorOpen !== null && one.doorOpen !== open)
        mark(room, open ? 'door-opened' : 'door-closed', '');
      one.doorOpen = open;
    });
    service.start();
    return one;
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
    panel: (room) => {
      const panel = kept.get(room)?.panel;
      return panel ? { connected: panel.status.connected } : null;
    },
    tick: () => {
      for (const [room, one] of kept) {
        const session = context?.ledger.fold.inRoom(room)?.session;
        const { temperatureC, connected } = one.panel.status;
        if (!context || session === undefined || !connected || temperatureC === null) continue;
        const { mono } = context.now();
        if (one.climate.session === session && mono - one.climate.monoMs < climateEveryMs) continue;
        one.climate = { session, monoMs: mono };
        // A refused one is tried again a minute later.
        mark(room, 'temperature', `${temperatureC} °C`, () => {
          one.climate = { session, monoMs: mono - climateEveryMs + climateAgainMs };
        });
      }
      return Promise.resolve();
    },
    close: async () => {
      await Promise.all([...kept.values()].map(({ service }) => service.close()));
      kept.clear();
      context = null;
    },
  };
}

/** What a room is for first: the matter that a press begins. */
function kindOf(settings: Settings, room: string): string | undefined {
  const found = settings.rooms.find(({ id }) => id === room);
  return found && allowedKinds(found.kind)[0];
}
