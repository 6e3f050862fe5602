// From one YAML file and the environment to checked Settings. Every fault is reported at once, with its path,
// its line and what is allowed. The shapes are in settings-schema.ts, the fitting together in settings-cross-checks.ts.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from './credentials.ts';
import { LiuhenError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import type { PolicyBook } from './policy/policy-book.ts';
import { bodycamOf } from './settings-bodycam.ts';
import { audioOf } from './settings-audio.ts';
import { crossCheck, pathText } from './settings-cross-checks.ts';
import { faultLines, settingsFault, type SettingsFault } from './settings-faults.ts';
import { gatherPolicies } from './settings-policies.ts';
import { checkTlsFiles, gatherCredentials } from './settings-secrets.ts';
import {
  maxDataFolderBytes,
  settingsJsonSchema,
  settingsSchema,
  type CheckedSettings,
} from './settings-schema.ts';
import type { CameraSettings, Credentials, PanelSettings, Settings } from './settings-types.ts';
import { maxYamlBytes, parseYaml, type ParsedYaml } from './yaml.ts';
import type { z } from './zod.ts';

/**
 * Reads and checks the settings file. Relative paths in it count from its own folder; LIUHEN_DATA in
 * `environment` replaces `data`.
 * @throws LiuhenError SETTINGS_UNREADABLE, or SETTINGS_FAULTY whose text lists every fault.
 */
export async function loadSettings(file: string, environment: Environment): Promise<Settings> {
  const absolute = path.resolve(file);
  let text: string;
  try {
    text = await readFile(absolute, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new LiuhenError('SETTINGS_UNREADABLE', { file: absolute, why }, { cause });
  }
  if (Buffer.byteLength(text) > maxYamlBytes) {
    throw new LiuhenError('SETTINGS_UNREADABLE', {
      file: absolute,
      why: `larger than ${maxYamlBytes} bytes`,
    });
  }
  const { settings, faults } = await checkSettings(text, absolute, environment);
  if (settings === undefined) throw faultyError(absolute, faults);
  return settings;
}

export interface SettingsCheck {
  /** Set when there is no fault. */
  readonly settings?: Settings;
  /** In the order of the file. */
  readonly faults: readonly SettingsFault[];
}

/** Checks the text of a settings file that lies, or will lie, at the absolute path `file`. */
export async function checkSettings(
  text: string,
  file: string,
  environment: Environment,
): Promise<SettingsCheck> {
  const yaml = parseYaml(text);
  const faults: SettingsFault[] = yaml.faults.map(({ line, message }) =>
    settingsFault('syntax', '', line, { message }),
  );
  if (faults.length > 0) return { faults };
  if (typeof yaml.value !== 'object' || yaml.value === null || Array.isArray(yaml.value)) {
    return { faults: [settingsFault('notAMap', '', 1)] };
  }
  const shape = settingsSchema.safeParse(yaml.value, { reportInput: true });
  if (!shape.success) faults.push(...shape.error.issues.flatMap((issue) => shapeFaults(issue, yaml)));
  faults.push(...crossCheck(yaml.value, yaml.lineOf));

  const folder = path.dirname(file);
  const raw = yaml.value as { data?: unknown };
  const written = environment['LIUHEN_DATA'] || (typeof raw.data === 'string' ? raw.data : './data');
  const dataFolder = path.resolve(folder, written);
  const bytes = Buffer.byteLength(dataFolder);
  if (bytes > maxDataFolderBytes) {
    faults.push(
      settingsFault('dataTooLong', 'data', yaml.lineOf(['data']), { bytes, max: maxDataFolderBytes }),
    );
  }
  const secrets = await gatherCredentials(yaml, folder, environment);
  const policies = await gatherPolicies(yaml, folder);
  faults.push(...secrets.faults, ...policies.faults, ...(await checkTlsFiles(yaml, folder)));
  if (!shape.success || faults.length > 0) return { faults: inOrder(faults) };
  return {
    faults: [],
    settings: {
      ...toSettings(shape.data, {
        folder,
        dataFolder,
        credentials: secrets.found,
        policies: policies.book,
      }),
      source: { file, sha256: createHash('sha256').update(text).digest('hex') },
    },
  };
}

function inOrder(faults: readonly SettingsFault[]): SettingsFault[] {
  // One wrong URL may be found by shape and by fit; it is told once.
  const unlike = new Map(faults.map((fault) => [`${fault.path}\n${fault.en}`, fault]));
  return [...unlike.values()].toSorted((a, b) => a.line - b.line);
}

function faultyError(file: string, faults: readonly SettingsFault[]): LiuhenError {
  return new LiuhenError('SETTINGS_FAULTY', {
    file,
    count: faults.length,
    faults: faultLines(file, faults, 'en'),
    faultsZh: faultLines(file, faults, 'zh'),
  });
}

// ---- shape ---------------------------------------------------------------------------------------------

interface SchemaNode {
  readonly 'x-range'?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

function schemaAt(steps: readonly PropertyKey[]): SchemaNode {
  let node: SchemaNode | undefined = settingsJsonSchema() as SchemaNode;
  let range = node['x-range'];
  for (const step of steps) {
    node = typeof step === 'number' ? node?.items : node?.properties?.[String(step)];
    range = node?.['x-range'] ?? range; // an item of a list is explained by its list
  }
  return { ...node, ...(range === undefined ? {} : { 'x-range': range }) };
}

function shapeFaults(issue: z.core.$ZodIssue, yaml: ParsedYaml): SettingsFault[] {
  const steps = issue.path as (string | number)[];
  const where = schemaAt(steps);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(where.properties ?? {});
    return issue.keys.map((key) => {
      const near = nearestName(key, known);
      const full = [...steps, key];
      return near === undefined
        ? settingsFault('unknown', pathText(full), yaml.lineOf(full), { allowed: known.join(', ') })
        : settingsFault('unknownNear', pathText(full), yaml.lineOf(full), { near });
    });
  }
  const place = [pathText(steps), yaml.lineOf(steps)] as const;
  if (issue.code === 'custom' && issue.params?.['fault'] === 'portZero')
    return [settingsFault('portZero', ...place)];
  const allowed = where['x-range'] ?? 'see config/reference.md';
  const given = steps.reduce<unknown>(
    (inner, step) => (inner as Record<string, unknown>)?.[step],
    yaml.value,
  );
  if (given === undefined) return [settingsFault('missing', ...place, { allowed })];
  return [settingsFault('notAllowed', ...place, { given: shown(given), allowed })];
}

/** A value as a fault shows it: short, and no inside of lists and maps. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  // Before the last @ may stand a password, whatever the rest looks like.
  const text = JSON.stringify(value).replace(/^"(.*:\/\/)?.*@/, '"$1***@');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

// ---- to what the product uses --------------------------------------------------------------------------

function toSettings(
  checked: CheckedSettings,
  context: {
    folder: string;
    dataFolder: string;
    credentials: ReadonlyMap<string, Credentials>;
    policies: PolicyBook;
  },
): Settings {
  const {
    mqtt,
    notice: { audio, files },
  } = checked;
  const resolve = (file: string): string => path.resolve(context.folder, file);
  const withCredentials = (name: string | undefined): { credentials?: Credentials } => {
    const credentials = name === undefined ? undefined : context.credentials.get(name);
    return credentials === undefined ? {} : { credentials };
  };
  return {
    agency: checked.agency,
    site: checked.site,
    gateway: checked.gateway,
    timezone: checked.timezone,
    language: checked.language,
    dataFolder: context.dataFolder,
    recording: {
      partMs: checked.recording.part,
      // 'auto' is not among the words of `segment`: its pattern has only durations.
      segmentMs: Number(checked.recording.segment),
      reserveBytes: checked.recording.reserve,
      longestSessionMs: Number(checked.recording.longestSession),
    },
    policies: context.policies,
    policy: {
      pack: checked.policy.pack,
      ...(checked.policy.officers === undefined ? {} : { officers: checked.policy.officers }),
      caseNumber: checked.policy.caseNumber,
      urgentDebtMs: Number(checked.policy.urgentDebt),
      interruptedAfterMs: Number(checked.policy.interruptedAfter),
      interruptionDebtMs: Number(checked.policy.interruptionDebt),
    },
    workingTime: {
      hours: checked.workingTime.hours,
      special: new Map(checked.workingTime.special.map(({ day, hours }) => [day, hours])),
      closed: checked.workingTime.closed,
      leadMs: Number(checked.workingTime.lead),
    },
    notice: {
      audio: audioOf(audio),
      files: new Map(Object.entries(files).map(([pack, written]) => [pack, resolve(written)])),
    },
    mqtt: {
      url: mqtt.url,
      embedded: mqtt.embedded,
      ...withCredentials(mqtt.credentials),
      ...(mqtt.tls === undefined
        ? {}
        : {
            tls: {
              caFile: resolve(mqtt.tls.ca),
              ...(mqtt.tls.cert === undefined ? {} : { certFile: resolve(mqtt.tls.cert) }),
              ...(mqtt.tls.key === undefined ? {} : { keyFile: resolve(mqtt.tls.key) }),
            },
          }),
      protocolVersion: mqtt.protocol === '5' ? 5 : 4,
      json: mqtt.json,
    },
    ...(checked.console === undefined ? {} : { console: consoleOf(checked.console, context, resolve) }),
    rooms: checked.rooms.map(
      ({ pack, wholeWorkingTime, forbidden, panel, audio: ownAudio, bothInView, ...room }) => ({
        ...room,
        ...(pack === undefined ? {} : { pack }),
        ...(wholeWorkingTime === undefined ? {} : { wholeWorkingTime }),
        ...(forbidden === undefined ? {} : { forbidden }),
        ...(panel === undefined ? {} : { panel: panelOf(panel) }),
        ...(ownAudio === undefined ? {} : { audio: audioOf(ownAudio) }),
        ...(bothInView === undefined ? {} : { bothInView }),
      }),
    ),
    cameras: checked.cameras.map((camera) => ({
      id: camera.id,
      source: sourceOf(camera),
      ...withCredentials(camera.credentials),
      transport: camera.transport,
      requiredTracks: camera.tracks,
    })),
    ...bodycamOf(checked, context.dataFolder, resolve),
  };
}

function consoleOf(
  { host, port, credentials, tls }: NonNullable<CheckedSettings['console']>,
  context: { readonly credentials: ReadonlyMap<string, Credentials> },
  resolve: (file: string) => string,
): NonNullable<Settings['console']> {
  const code = credentials === undefined ? undefined : context.credentials.get(credentials)?.password;
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    ...(code === undefined ? {} : { code }),
    ...(tls === undefined ? {} : { tls: { certFile: resolve(tls.cert), keyFile: resolve(tls.key) } }),
  };
}

function panelOf({
  address,
  pins,
  humidityScale,
}: NonNullable<CheckedSettings['rooms'][number]['panel']>): PanelSettings {
  const { button, lamp, ...others } = pins;
  // What is not wired is absent, not undefined.
  const wired = Object.fromEntries(Object.entries(others).filter(([, pin]) => pin !== undefined));
  return { address, pins: { button, lamp, ...wired }, humidityScale };
}

function sourceOf(camera: CheckedSettings['cameras'][number]): CameraSettings['source'] {
  if (camera.onvif === undefined) return { kind: 'rtsp', url: camera.rtsp ?? '' };
  return {
    kind: 'onvif',
    url: camera.onvif,
    ...(camera.profile === undefined ? {} : { profile: camera.profile }),
    ...(camera.fingerprint256 === undefined ? {} : { fingerprint256: camera.fingerprint256 }),
    ...(camera.osdText === undefined ? {} : { osdText: camera.osdText }),
  };
}
