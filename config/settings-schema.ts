// Every setting in one place: its shape, unit, range, default and reason. The reference page and the JSON
// Schema are made from here; settings.ts checks a file against it.
import { hoursFault } from './calendar/working-hours.ts';
import { isDay } from './local-day.ts';
import { forbiddenGrounds } from './policy/policy-schema.ts';
import { about, credentialName, duration, file, id, size, url } from './settings-fields.ts';
import { formatDuration, formatSize } from './units.ts';
import { audioSchema, roomAudioSchema } from './settings-audio.ts';
import { bodyCamSchema, dockSchema, maxBodyCams, maxDocks, offloadSchema } from './settings-bodycam.ts';
import { consoleSchema } from './settings-console.ts';
import { panelSchema } from './settings-panel.ts';
import { z } from './zod.ts';

export const maxRooms = 64;
export const maxCameras = 256;
/** A Unix socket's path ends at 107 bytes (unix(7)); `/run/recorder.sock` is 18 of them. */
export const maxDataFolderBytes = 89;

export const roomKinds = [
  'reception',
  'interview',
  'inquiry',
  'hearing',
  'expert-review',
  'statement',
  'hall',
  'case-place',
] as const;

const timezone = z.string().refine((name) => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // RangeError is how Intl says "no such zone"
  }
});

const recording = z.strictObject({
  part: duration({
    what: 'The longest part: how much picture a power cut may cost.',
    range: '250ms to 1s, or auto',
    min: 250,
    max: 1000,
    default: 'auto',
    also: 'auto',
    why: 'auto chooses between 370 ms and 1 s from the measured sync latency of the disk: short parts lose less, but an eMMC or SD card needs 20 to 100 times as long per sync as a server disk.',
  }),
  segment: duration({
    what: 'How long one file lasts before the next begins, on a key frame, without losing a frame.',
    range: `${formatDuration(5000)} to ${formatDuration(3_600_000)}`,
    min: 5000,
    max: 3_600_000,
    default: '10min',
    why: 'A sealed file can be copied and checked while the session goes on.',
  }),
  reserve: size({
    what: 'Disk space that recording never uses.',
    range: `${formatSize(2 ** 20)} to ${formatSize(2 ** 40)}`,
    min: 2 ** 20,
    max: 2 ** 40,
    default: '256MiB',
    why: 'When the disk is full, what happened must still be written to the ledger.',
  }),
  longestSession: duration({
    what: 'The longest session that the disk must hold: the check before use compares it with the space that is free.',
    range: '10min to 24h',
    min: 600_000,
    max: 86_400_000,
    default: '10h',
    why: 'The rules ask for enough space and name no length (D1, D3: JZ 16, CT 12); a reception room records its whole working day.',
  }),
});

const policy = z.strictObject({
  pack: about(id('').default('strictest'), {
    what: "The policy pack that the rooms follow: the agency's rules as data, each value with its article.",
    range:
      'the id of a pack; shipped are strictest, hengyang-industry, jiaozuo-emergency, fushun-industry, zhuzhou-urban, culture-tourism',
    why: 'Agencies differ; strictest is of each parameter what asks most. `liuhen policy show` prints it.',
  }),
  folder: file("A folder with the agency's own packs.").optional(),
  officers: about(z.number().int().min(1).max(10), {
    what: 'How many officers, with name and certificate number, a session needs before it opens, where the site asks for more than the policy pack.',
    range: '1 to 10',
    unit: 'officers',
    why: 'The pack says how many act together (I3: ZZ 12, FS 12, HY annex 2); a site may ask for more, never for fewer.',
  }).optional(),
  caseNumber: about(z.enum(['required', 'optional']).default('required'), {
    what: 'Whether a session needs a case number before it opens. An urgent start may bring it later.',
    range: 'required or optional',
    why: 'Recordings are stored by case (I1: ZZ 48).',
  }),
  urgentDebt: duration({
    what: 'How soon after an urgent start the missing papers must be there.',
    range: '1min to 24h',
    min: 60_000,
    max: 86_400_000,
    default: '24h',
    why: 'The papers of an urgent start follow within 24 hours (E7: FS 9, ZZ 10). It can be made shorter, never longer.',
  }),
  interruptedAfter: duration({
    what: 'How long every required picture of a room may be missing before its matter counts as interrupted.',
    range: '3s to 10min',
    min: 3000,
    max: 600_000,
    default: '5s',
    why: 'The cause of an interruption is stated when it goes on (C3: JZ 11, CT 14); no rule says from when on.',
  }),
  interruptionDebt: duration({
    what: 'How soon the report and the written explanation of an interruption that could not go on are due.',
    range: '1min to 7d',
    min: 60_000,
    max: 7 * 86_400_000,
    default: '24h',
    why: 'They follow afterwards (C4: JZ 11, CT 14); no rule says by when.',
  }),
});

const dayList = z.array(z.string().refine(isDay)).max(400);
const hourList = z
  .array(z.string())
  .min(1)
  .max(8)
  .refine((hours) => hoursFault(hours) === '');
const hoursRange = '1 to 8 spans such as "09:00-12:00", ascending, the last may end at 24:00';
const workingTime = z.strictObject({
  hours: about(hourList.default(['09:00-12:00', '13:30-17:30']), {
    what: 'The hours of a working day, local time.',
    range: hoursRange,
    why: 'A reception room records the whole working time (A1: HY 7(1), 9(4)), and no rule says when that is.',
  }),
  lead: duration({
    what: 'How long before opening a reception room begins to record.',
    range: '0min to 1h',
    min: 0,
    max: 3_600_000,
    default: '5min',
    why: 'Nobody waits for the recording when the doors open.',
  }),
  closed: about(dayList.default([]), {
    what: 'Days on which the site does not work, whatever the calendar says.',
    range: 'days such as "2026-03-02", at most 400',
  }),
  special: about(
    z
      .array(
        z.strictObject({
          day: about(z.string().refine(isDay), { what: 'The day.', range: 'a day such as "2026-03-07"' }),
          hours: about(hourList, { what: 'Its hours.', range: hoursRange }),
        }),
      )
      .max(400)
      .default([]),
    {
      what: 'Days that are worked with hours of their own, whatever the calendar says.',
      range: 'a list of day and hours, at most 400',
    },
  ),
});

const notice = z.strictObject({
  audio: about(audioSchema.prefault({}), {
    what: "The box's audio output, for the rooms that have none of their own.",
    range: 'command, or device, or neither',
  }),
  files: about(z.record(id(''), file('A WAV file.')).default({}), {
    what: 'The words of a policy pack as the agency had them spoken: WAV files by the id of the pack.',
    range: 'a map of ids of packs to paths; a relative path counts from the folder of the settings file',
    why: 'A pack without a file is read out by espeak-ng, where the box has it.',
  }),
});

const mqtt = z.strictObject({
  url: url(['mqtt', 'mqtts'], { what: 'The broker that carries the feed to headquarters.' }),
  embedded: about(z.boolean().default(false), {
    what: 'The gateway runs the broker itself, at the host and port of `url`.',
    range: 'true or false',
    why: 'For the demo and a one-room site; real sites have a broker of their own.',
  }),
  credentials: credentialName.optional(),
  protocol: about(z.enum(['3.1.1', '5']).default('3.1.1'), {
    what: 'The version of MQTT.',
    range: '"3.1.1" or "5", in quotes',
    why: 'Every broker speaks 3.1.1, the embedded one nothing else.',
  }),
  json: about(z.boolean().default(false), {
    what: 'Statuses, room states and ledger entries also go out as JSON, on `…/json/…`.',
    range: 'true or false',
    why: 'For dashboards and scripts that read no protobuf. It proves nothing, and whoever may read it reads names and case numbers.',
  }),
  tls: about(
    z.strictObject({
      ca: file('Certificates of the authorities that may vouch for the broker, PEM.'),
      cert: file("The gateway's own certificate, PEM.").optional(),
      key: file("The key of the gateway's certificate, PEM; not readable by others.").optional(),
    }),
    { what: 'TLS to the broker, for mqtts:// only.', range: 'ca, and cert with key' },
  ).optional(),
});

const room = z.strictObject({
  id: id('The name of the room in commands, topics and folders.'),
  name: about(z.string().min(1).max(64), {
    what: 'What people call the room.',
    range: '1 to 64 characters',
  }),
  kind: about(z.enum(roomKinds), {
    what: 'What the room is used for; it decides which rules make it record.',
    range: roomKinds.join(', '),
    why: 'Rules differ by place: a reception room records through its working hours (A1: HY 7(1)), an interview room while a matter lasts (A2: HY 7(2)).',
  }),
  pack: about(id(''), {
    what: 'The policy pack of this room, where it is not that of `policy.pack`.',
    range: 'the id of a pack',
    why: 'A building may house two agencies.',
  }).optional(),
  wholeWorkingTime: about(z.boolean(), {
    what: 'The room records the whole working time where its pack leaves that to the site, or is silent.',
    range: 'true or false; only of a reception room or a hall',
    why: 'What a pack makes a duty is recorded in any case; what it allows (A6: ZZ 9) the site decides.',
  }).optional(),
  panel: about(panelSchema, {
    what: 'The panel of the room: a button that starts and, held, ends; a lamp that shows the derived state; door, buzzer, temperature, humidity.',
    range: 'address, and pins where they are not the usual ones',
  }).optional(),
  audio: about(roomAudioSchema, {
    what: 'The audio output of this room, where it is not that of `notice.audio`. Rooms with outputs of their own are told at the same time; those that share one, one after the other.',
    range: 'command or device, one of them',
    why: 'The words must be heard in the room where the matter is.',
  }).optional(),
  bothInView: about(
    z.strictObject({
      confirmedBy: about(z.string().trim().min(1).max(64), {
        what: 'Who looked.',
        range: '1 to 64 characters',
      }),
      on: about(z.string().refine(isDay), { what: 'The day.', range: 'a day such as "2026-03-07"' }),
    }),
    {
      what: 'Officers and party were seen on the cameras of the room, on both chairs, at commissioning. Take it out when a camera is moved.',
      range: 'confirmedBy and on',
      why: 'Both must be in the recording (A9: JZ 9), and only a person can tell. Left out, the check before use says that it is not known.',
    },
  ).optional(),
  forbidden: about(z.enum(forbiddenGrounds), {
    what: 'A ground on which nothing may be recorded in the room: every opening is refused, with the article, and the refusal is in the ledger.',
    range: forbiddenGrounds.join(', '),
    why: 'Some places must not be recorded (H1: JZ 8).',
  }).optional(),
  cameras: about(z.array(z.string()).min(1).max(16), {
    what: 'The cameras of the room, by id. A camera belongs to one room.',
    range: '1 to 16 ids of cameras',
    why: 'Officers and party must both be in the recording (A9: JZ 9): two views, or one proven wide view.',
  }),
});

const camera = z.strictObject({
  id: id('The name of the camera in rooms, files and reports.'),
  onvif: url(['http', 'https'], {
    what: 'The ONVIF device service. Give this or `rtsp`, not both.',
    why: 'Over ONVIF the gateway also learns the clock, the identity and the health of the camera.',
  }).optional(),
  rtsp: url(['rtsp'], { what: 'A bare RTSP address, for a camera without ONVIF.' }).optional(),
  profile: about(z.string().min(1).max(64), {
    what: 'The token of the ONVIF media profile to record.',
    range: '1 to 64 characters, in quotes when it looks like a number; only with onvif',
    why: 'Left out, the profile with the largest picture is taken.',
  }).optional(),
  fingerprint256: about(z.string().regex(/^(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/), {
    what: "SHA-256 of the camera's certificate. A camera that shows another one is not used.",
    range: '32 hexadecimal bytes with colons; only with an https onvif address',
    why: 'Cameras sign their own certificates: pinning is the only way to know that it is the same camera.',
  }).optional(),
  osdText: about(z.string().trim().min(1).max(64), {
    what: "A text that the camera shows on its picture, in place of its first text or as a new one; the room's name, say.",
    range: '1 to 64 characters; only with onvif',
    why: 'Left out, the texts on the picture stay as they are.',
  }).optional(),
  credentials: credentialName.optional(),
  transport: about(z.enum(['auto', 'tcp', 'udp']).default('auto'), {
    what: 'How RTP travels.',
    range: 'auto, tcp or udp',
    why: 'auto tries TCP first, because it loses nothing on the way, then UDP.',
  }),
  tracks: about(
    z
      .array(z.enum(['video', 'audio']))
      .min(1)
      .max(2)
      .default(['video', 'audio']),
    {
      what: 'The tracks without which the room is not recording.',
      range: 'video, audio, or both',
      why: 'The rules ask for sound and picture (A1, A2: HY 7).',
    },
  ),
});

export const settingsSchema = z.strictObject({
  agency: id('The agency, as headquarters knows it.', 'First level of the topics.'),
  site: id('The site within the agency.', 'Second level of the topics.'),
  gateway: id('This gateway within the site.', 'Third level of the topics; it also names the ledger.'),
  timezone: about(timezone.default('Asia/Shanghai'), {
    what: 'The time zone of the site.',
    range: 'a name of the IANA time zone database, such as Asia/Shanghai',
    why: 'Working hours and deadlines are local times.',
  }),
  language: about(z.enum(['zh-CN', 'en']).default('zh-CN'), {
    what: 'The language of pages and of notices.',
    range: 'zh-CN or en',
    why: 'The command line follows LANG or --lang instead: it speaks to whoever sits there.',
  }),
  data: about(z.string().min(1).max(1024).default('./data'), {
    what: 'The folder for recordings, ledger and keys. LIUHEN_DATA in the environment replaces it.',
    range: `a path of at most ${maxDataFolderBytes} bytes once it is made absolute; a relative one counts from the folder of the settings file`,
    why: 'Sockets lie below it, and the kernel limits the length of their paths.',
  }),
  recording: about(recording.prefault({}), { what: 'How recordings are written.', range: 'settings below' }),
  policy: about(policy.prefault({}), {
    what: 'What a session needs before it opens.',
    range: 'settings below',
  }),
  workingTime: about(workingTime.prefault({}), {
    what: 'When the site works; the calendar of working days comes with the product and is imported for new years.',
    range: 'settings below',
  }),
  notice: about(notice.prefault({}), {
    what: 'How the people in a room are told that they are recorded.',
    range: 'settings below',
  }),
  credentials: about(
    z.strictObject({ file: file('The credentials file: mode 0600, owned by the user of the service.') }),
    {
      what: 'Where users and passwords come from, beside the environment.',
      range: 'settings below',
    },
  ).optional(),
  mqtt: about(mqtt, { what: 'The way to headquarters.', range: 'settings below' }),
  console: about(consoleSchema, {
    what: 'The room screen: the pages for a tablet on the wall of each room.',
    range: 'settings below; `console: {}` for those of a screen that is wired to the box',
    why: 'Left out, no page is served.',
  }).optional(),
  rooms: about(z.array(room).min(1).max(maxRooms), { what: 'The rooms.', range: `1 to ${maxRooms} rooms` }),
  cameras: about(z.array(camera).min(1).max(maxCameras), {
    what: 'The cameras.',
    range: `1 to ${maxCameras} cameras`,
  }),
  docks: about(z.array(dockSchema).max(maxDocks).default([]), {
    what: 'The docks of body-cams.',
    range: `at most ${maxDocks} docks`,
  }),
  bodyCams: about(z.array(bodyCamSchema).max(maxBodyCams).default([]), {
    what: 'The register of body-cams. Of a device that is not in it nothing is read, and headquarters is told.',
    range: `at most ${maxBodyCams} body-cams`,
    why: 'Footage is neither kept privately nor handed to others (E4: JZ 13, ZZ 37, 55(3)).',
  }),
  offload: about(offloadSchema.prefault({}), {
    what: 'How footage of body-cams gets into the store.',
    range: 'settings below',
  }),
});

/** The settings as zod leaves them: defaults filled in, durations in ms, sizes in bytes. */
export type CheckedSettings = z.output<typeof settingsSchema>;

/** The JSON Schema (draft 2020-12) of the file as it is written. */
export function settingsJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(settingsSchema, { io: 'input', reused: 'inline' }) as Record<string, unknown>;
}
