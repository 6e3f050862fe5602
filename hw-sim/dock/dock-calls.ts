// The calls of a simulated dock, one by one, as SPEC.md §4 to §6 has them. Sessions and repetitions are dock-core.ts's.
import { encodeReply } from '../../protocols/dock/codec.ts';
import { maxClipsPerReply } from '../../protocols/dock/limits.ts';
import type { Clip, DockReply, DockRequest, SlotRef } from '../../protocols/dock/messages.ts';
import type { DeviceCall } from './body-cam-behaviour.ts';
import type { DockAnswer, DockRefusal } from './dock-behaviour.ts';
import type { DockCore, Slot } from './dock-core.ts';
import type { BodyCamFacts, SimBodyCam } from './sim-body-cam.ts';
import { clipBytes, clipSize } from './sim-clip.ts';

export function answerCall(dock: DockCore, request: DockRequest): DockAnswer {
  switch (request.case) {
    case 'hello':
      // Hello has its own sequence number; with another one it is no hello.
      return { refused: 'bad-request' };
    case 'identify': {
      const { vendor, model, serial } = dock.facts;
      return reply('identify', { vendor, model, serial, slots: dock.slots.length, firmware: firmware(dock) });
    }
    case 'firmwareVersion':
      return reply('firmwareVersion', firmware(dock));
    case 'listSlots':
      return reply('listSlots', {
        slots: dock.slots.flatMap((_, slot) => dock.slotState(slot) ?? []),
      });
    case 'slotLock':
    case 'slotLamp': {
      const place = dock.slots[request.value.slot];
      if (!place) return { refused: 'no-such-slot' };
      if (request.case === 'slotLock') place.locked = request.value.locked;
      else place.lamp = request.value.lamp;
      const state = dock.slotState(request.value.slot);
      return state ? reply(request.case, state) : { refused: 'internal' };
    }
    case 'firmwareBegin':
    case 'firmwareChunk':
    case 'firmwareApply':
      return updates(dock, request);
    case 'dockHealth': {
      const { frames, broken, wrongCheck, tooLong } = dock.reader.counts;
      return reply('dockHealth', {
        uptimeS: dock.uptimeS,
        temperatureC: 24,
        supplyMv: 12_000,
        framesReceived: frames,
        framesBad: broken + wrongCheck + tooLong,
        faults: 0,
      });
    }
    default: {
      const found = deviceAt(dock, request.value.at);
      if ('refused' in found) return found;
      return found.device.answer(request, () => deviceCall(dock, found, request));
    }
  }
}

interface Docked {
  readonly device: SimBodyCam;
  readonly facts: BodyCamFacts;
  readonly place: Slot;
}

function deviceAt(dock: DockCore, at: SlotRef): Docked | DockRefusal {
  const place = dock.slots[at.slot];
  if (!place) return { refused: 'no-such-slot' };
  if (!place.device) return { refused: 'slot-empty' };
  if (place.insertion !== at.insertion) return { refused: 'device-changed' };
  return { device: place.device, facts: dock.deviceFacts(place.device), place };
}

function deviceCall(dock: DockCore, { device, facts, place }: Docked, request: DeviceCall): DockAnswer {
  switch (request.case) {
    case 'deviceInfo': {
      const { vendor, model, serial, officerNumber, officerName, unit, firmware: build } = facts;
      const value = { vendor, model, serial, officerNumber, officerName, unit, firmware: build };
      return reply('deviceInfo', value);
    }
    case 'battery':
      return reply('battery', { percent: facts.batteryPct, charging: facts.batteryPct < 100 });
    case 'storage':
      return reply('storage', {
        totalBytes: facts.totalBytes,
        freeBytes: facts.totalBytes - device.usedBytes(),
        clips: device.clips.length,
      });
    case 'clockRead':
      return reply('clockRead', { wallMs: device.wallMs(facts) });
    case 'clockSet':
      device.setClock(request.value.wallMs);
      return reply('clockSet', { wallMs: request.value.wallMs });
    case 'diskMode':
      if (!facts.diskMode) return { refused: 'not-supported' };
      dock.setDiskMode(place, request.value.on);
      return reply('diskMode', { on: place.diskMode, volumeSerial: facts.serial });
    default:
      // A disk is the host's: what the dock would read or erase may be under its hands.
      return place.diskMode ? { refused: 'disk-mode-on' } : clipCall(dock, { device, facts, place }, request);
  }
}

function clipCall(dock: DockCore, { device, facts }: Docked, request: DeviceCall): DockAnswer {
  switch (request.case) {
    case 'listClips': {
      const clips: Clip[] = [];
      for (const clip of device.clips.slice(request.value.from, request.value.from + maxClipsPerReply)) {
        const listed = [...clips, device.describe(clip, facts.hashes)];
        const whole = reply('listClips', { clips: listed, total: device.clips.length });
        if (encodeReply(whole).length > dock.maxPayload) break;
        clips.push(...listed.slice(-1));
      }
      return reply('listClips', { clips, total: device.clips.length });
    }
    case 'readClip': {
      const { id, offsetBytes, maxBytes } = request.value;
      const clip = device.clip(id);
      if (!clip) return { refused: 'no-such-clip' };
      const size = clipSize(clip);
      if (offsetBytes > BigInt(size)) return { refused: 'range', expected: BigInt(size) };
      const from = Number(offsetBytes);
      const data = clipBytes(clip, from, Math.min(maxBytes, dock.chunkBytes));
      return reply('readClip', { offsetBytes, data, last: from + data.length === size });
    }
    case 'eraseClip': {
      const { id, sizeBytes, sha256 } = request.value;
      const clip = device.clip(id);
      if (!clip) return { refused: 'no-such-clip' };
      const described = device.describe(clip, facts.hashes);
      const hashed = sha256.length > 0 && described.sha256.length > 0;
      if (sizeBytes !== described.sizeBytes || (hashed && !Buffer.from(described.sha256).equals(sha256)))
        return { refused: 'clip-mismatch' };
      device.erase(id);
      return reply('eraseClip', {});
    }
    default:
      return { refused: 'unknown-request' };
  }
}

function updates(
  dock: DockCore,
  request: Extract<DockRequest, { case: 'firmwareBegin' | 'firmwareChunk' | 'firmwareApply' }>,
): DockAnswer {
  // The body-cams here take no image through their dock.
  if (request.case === 'firmwareBegin' && (request.value.at?.insertion ?? 0) !== 0)
    return { refused: 'not-supported' };
  const said =
    request.case === 'firmwareBegin'
      ? dock.bank.begin(request.value)
      : request.case === 'firmwareChunk'
        ? dock.bank.chunk(request.value)
        : dock.bank.apply();
  if ('refused' in said) return said;
  if (said.step === 'restarting') dock.afterAnswer(() => dock.reboot());
  return reply(request.case, said);
}

function firmware(dock: DockCore): { readonly name: string; readonly build: number } {
  const { name, build } = dock.bank.running;
  return { name, build: dock.facts.shownBuild ?? build };
}

function reply<Name extends DockReply['case']>(
  name: Name,
  value: Extract<DockReply, { case: Name }>['value'],
): DockReply {
  return { case: name, value } as DockReply;
}
