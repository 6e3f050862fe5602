// Docks, the body-cams that belong here, and where their footage goes. What is done with a device is gateway/bodycam's.
import path from 'node:path';
import { about, id, size } from './settings-fields.ts';
import { isPort, panelAddressPattern } from './settings-panel.ts';
import type { BodyCamSettings, DockSettings, OffloadSettings } from './settings-types.ts';
import { formatSize } from './units.ts';
import { z } from './zod.ts';

export const maxDocks = 16;
export const maxBodyCams = 2000;

const text = (what: string, most = 64) =>
  about(z.string().trim().min(1).max(most), { what, range: `1 to ${most} characters` });

export const dockSchema = z.strictObject({
  id: id('The name of the dock in reports.'),
  room: about(z.string(), { what: 'The room whose screen shows it.', range: 'the id of a room' }),
  address: about(z.string().regex(panelAddressPattern).refine(isPort), {
    what: 'Where the dock is.',
    range: 'serial:/dev/ttyUSB0, or tcp://host:port with a port of 1 to 65535',
    why: 'A path below /dev/serial/by-id stays the same whatever else is plugged in.',
  }),
  baudRate: about(z.number().int().min(1200).max(4_000_000).default(115_200), {
    what: 'The speed of a serial line.',
    range: '1200 to 4000000',
    unit: 'bits per second',
  }),
  minBuild: about(z.number().int().min(0).max(4_294_967_295).default(0), {
    what: 'A dock with an older firmware is not used.',
    range: '0 to 4294967295; 0 is any',
  }),
});

export const bodyCamSchema = z.strictObject({
  id: id("The agency's number of the device (设备编号).", 'Footage is stored by it (I1: ZZ 48).'),
  serial: about(z.string().regex(/^[\x21-\x7e]{1,64}$/), {
    what: "The maker's serial number, as the device tells it over the dock and over USB.",
    range: '1 to 64 printable ASCII characters without blanks',
    why: 'Its volume is found by it.',
  }),
  unit: text('The unit that it belongs to.').optional(),
  officer: about(
    z.strictObject({ name: text('The name.'), certificate: text('The number of the certificate.') }),
    {
      what: 'Its custodian, who has it when no issue says otherwise.',
      range: 'name and certificate',
      why: 'Devices have a named custodian (D4: HY 35, JZ 12).',
    },
  ).optional(),
  gateway: id(
    'The gateway that it belongs to, where that is not this one: then nothing of it is read here.',
    'Footage is not handed to others (E4: JZ 13, ZZ 37).',
  ).optional(),
});

export const offloadSchema = z.strictObject({
  store: about(z.string().min(1).max(1024), {
    what: 'The folder for the footage of body-cams.',
    range:
      'a path; a relative one counts from the folder of the settings file. Left out: `bodycam` in the data folder',
    why: 'The rules ask for a designated store (E1: JZ 13, ZZ 37).',
  }).optional(),
  ownDisk: about(z.boolean().default(false), {
    what: 'The store lies on a disk of its own: while it is on that of the data folder nothing is copied, and nothing erased.',
    range: 'true or false',
    why: 'A disk that was not mounted after a start leaves its empty folder behind, and footage would go there unseen.',
  }),
  keepFree: size({
    what: "Space of the store's disk that footage of body-cams never uses.",
    range: `${formatSize(0)} to ${formatSize(2 ** 42)}`,
    min: 0,
    max: 2 ** 42,
    default: '2GiB',
    why: 'What a room records now comes before what was recorded in the field.',
  }),
  capWhileRecording: size({
    what: 'Bytes that are read in a second, of all cards and the store together, while a room records.',
    range: `${formatSize(2 ** 20)} to ${formatSize(2 ** 32)}`,
    min: 2 ** 20,
    max: 2 ** 32,
    default: '40MiB',
    why: "Copying must not take the room's recording its disk.",
  }),
  slots: about(z.number().int().min(1).max(16).default(4), {
    what: 'Cards that are copied at once.',
    range: '1 to 16',
    why: 'Each costs 8 MiB of memory and a core for its hash.',
  }),
  kernelLists: about(z.string().min(1).max(1024), {
    what: "A folder with `sys` and `mountinfo` in place of the kernel's own lists of disks and mounts, for a simulated site.",
    range: 'a path; a relative one counts from the folder of the settings file',
  }).optional(),
});

interface Checked {
  readonly docks: readonly z.output<typeof dockSchema>[];
  readonly bodyCams: readonly z.output<typeof bodyCamSchema>[];
  readonly offload: z.output<typeof offloadSchema>;
}

/** Of the checked settings what the product uses: paths absolute, units in the names. */
export function bodycamOf(
  { docks, bodyCams, offload }: Checked,
  dataFolder: string,
  resolve: (file: string) => string,
): { docks: readonly DockSettings[]; bodyCams: readonly BodyCamSettings[]; offload: OffloadSettings } {
  const { store, ownDisk, keepFree, capWhileRecording, slots, kernelLists } = offload;
  return {
    docks,
    bodyCams: bodyCams.map(({ unit, officer, gateway, ...cam }) => ({
      ...cam,
      unit: unit ?? '',
      officer: officer ?? null,
      gateway: gateway ?? null,
    })),
    offload: {
      storeFolder: store === undefined ? path.join(dataFolder, 'bodycam') : resolve(store),
      ownDisk,
      keepFreeBytes: keepFree,
      capBytesPerSecond: capWhileRecording,
      slots,
      ...(kernelLists === undefined ? {} : { kernelLists: resolve(kernelLists) }),
    },
  };
}
