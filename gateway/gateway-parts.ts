// The real parts of the gateway: ledger, broker and uplink from the settings. Closing and proving a session, and
// asking a camera, are handed in by main.ts, so that nothing here knows files or ONVIF.
import path from 'node:path';
import { wallTime } from '../config/clock.ts';
import type { Settings } from '../config/settings-types.ts';
import type { RoomState } from '../protocols/hq/messages.ts';
import type { ResolveCamera } from './cameras/camera-keeper.ts';
import type { WatchHints } from './cameras/hint-keeper.ts';
import type { GatewayParts } from './gateway-ports.ts';
import { foldEntry, ledgerStore, type SessionProver } from './ledger-store.ts';
import { Ledger } from './ledger/ledger.ts';
import type { RoomView } from './sessions/control-protocol.ts';
import { expiresAfterMs } from './sessions/room-publisher.ts';
import type { TakeCommand } from './uplink/commands.ts';
import { startEmbeddedBroker } from './uplink/embedded-broker.ts';
import { Uplink } from './uplink/uplink.ts';

export interface HandedParts {
  readonly version: string;
  readonly prover: (ledger: Ledger, settings: Settings) => SessionProver;
  readonly resolveCamera: ResolveCamera;
  readonly watchHints?: WatchHints;
  readonly features?: GatewayParts['features'];
  /** What is asked for in a room by headquarters. Absent: refused as unknown. */
  readonly commands?: TakeCommand;
}

/** The parts of one gateway process; `openLedger` comes first, as startGateway calls it. */
export function gatewayParts({
  version,
  prover,
  resolveCamera,
  watchHints,
  features,
  commands,
}: HandedParts): GatewayParts {
  let ledger: Ledger | null = null;
  return {
    resolveCamera,
    watchHints,
    features,
    openLedger: async (settings, log, onEntry) => {
      const folder = path.join(settings.dataFolder, 'ledger');
      ledger = await Ledger.open({
        folder,
        gateway: settings.gateway,
        onFault: (error) => log.error('beside the ledger', { error }),
        onEntry: (entry) => {
          const read = foldEntry(entry);
          if (read) onEntry(read);
        },
      });
      return ledgerStore(ledger, prover(ledger, settings));
    },
    startBroker: ({ mqtt }, log) => {
      if (!mqtt.embedded) return Promise.resolve(null);
      const { hostname, port } = new URL(mqtt.url);
      // 1883 is MQTT's registered port, which a URL without one means.
      return startEmbeddedBroker({ host: hostname, port: port === '' ? 1883 : Number(port), log });
    },
    openUplink: async (settings, _store, view, log) => {
      if (ledger === null) throw new Error('the uplink needs the ledger first');
      const { agency, site, gateway, mqtt } = settings;
      const epoch = ledger.epoch;
      const uplink = await Uplink.open({
        ledger,
        address: { agency, site, gateway },
        mqtt,
        version,
        rooms: () => view().rooms.map((room) => roomState(room, gateway, epoch, expiresAfterMs)),
        commands,
        log,
      });
      return {
        get connected() {
          return uplink.connected;
        },
        get receivedSeq() {
          return Number(uplink.receivedSeq);
        },
        get state() {
          return uplink.state;
        },
        publishRoom: (room, afterMs) => uplink.publishRoom(roomState(room, gateway, epoch, afterMs)),
        close: () => uplink.close(),
      };
    },
  };
}

/** A room as headquarters reads it. A track without a frame on disk is as far behind as the number can say. */
export function roomState(room: RoomView, gateway: string, epoch: bigint, afterMs: number): RoomState {
  return {
    gateway,
    epoch,
    room: room.room,
    state: room.state,
    why: room.why,
    session: room.session ?? '',
    wallMs: BigInt(Math.round(wallTime())),
    tracks: room.tracks.map((track) => ({
      camera: track.camera,
      kind: track.kind,
      required: track.required,
      state: track.state,
      bytes: BigInt(track.bytes),
      frames: BigInt(track.frames),
      gaps: track.gaps,
      behindMs: Math.min(track.behindMs ?? maxUint32, maxUint32),
    })),
    expiresAfterMs: afterMs,
  };
}

const maxUint32 = 2 ** 32 - 1;
