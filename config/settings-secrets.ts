// The secrets that the settings name: users and passwords gathered, the files of TLS looked at. Every fault is told
// with its place; none holds a secret. How they are stored is credentials.ts's.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  credentialVariable,
  credentialsFromEnvironment,
  readCredentialsFile,
  readPrivateFile,
  type CredentialsFile,
  type Environment,
} from './credentials.ts';
import { pathText } from './settings-cross-checks.ts';
import { settingsFault, type SettingsFault } from './settings-faults.ts';
import type { Credentials } from './settings-types.ts';
import type { ParsedYaml } from './yaml.ts';

/** Characters of the code of the room screen: what is tried ten times a minute must not be guessed in a week. */
export const leastCode = 6;
export const longestCode = 128;

export interface GatheredCredentials {
  readonly found: ReadonlyMap<string, Credentials>;
  readonly faults: readonly SettingsFault[];
}

/** The credentials that the settings name, from the environment first, then from the file. */
export async function gatherCredentials(
  yaml: ParsedYaml,
  folder: string,
  environment: Environment,
): Promise<GatheredCredentials> {
  const raw = yaml.value as {
    credentials?: { file?: unknown };
    mqtt?: { credentials?: unknown };
    console?: { credentials?: unknown } | null;
    cameras?: unknown;
  };
  const faults: SettingsFault[] = [];
  const found = new Map<string, Credentials>();
  const filePath = ['credentials', 'file'];
  const named = raw.credentials?.file;
  let fromFile: CredentialsFile = { found: false, credentials: new Map(), faults: [] };
  let file = '';
  if (typeof named === 'string' && named !== '') {
    file = path.resolve(folder, named);
    fromFile = await readCredentialsFile(file);
    for (const { kind, values } of fromFile.faults) {
      faults.push(settingsFault(kind, pathText(filePath), yaml.lineOf(filePath), values));
    }
  }
  const uses: { name: unknown; steps: (string | number)[] }[] = [
    { name: raw.mqtt?.credentials, steps: ['mqtt', 'credentials'] },
    { name: raw.console?.credentials, steps: ['console', 'credentials'] },
  ];
  const cameras = Array.isArray(raw.cameras) ? (raw.cameras as ({ credentials?: unknown } | null)[]) : [];
  cameras.forEach((camera, index) => {
    uses.push({ name: camera?.credentials, steps: ['cameras', index, 'credentials'] });
  });
  const told = new Set<string>();
  for (const { name, steps } of uses) {
    if (typeof name !== 'string' || found.has(name) || told.has(name)) continue;
    const place = [pathText(steps), yaml.lineOf(steps)] as const;
    const given = credentialsFromEnvironment(name, environment) ?? fromFile.credentials.get(name);
    if (given === undefined) {
      // A file that was refused may well hold them: its own fault is enough.
      if (fromFile.faults.length === 0) {
        const variable = credentialVariable(name);
        const values = { name, variable, file: file === '' ? 'a credentials file (credentials.file)' : file };
        faults.push(settingsFault('noSuchCredentials', ...place, values));
      }
      told.add(name);
    } else if ('kind' in given) {
      faults.push(settingsFault(given.kind, ...place, given.values));
      told.add(name);
    } else found.set(name, given);
  }
  const code = found.get(String(raw.console?.credentials))?.password.reveal();
  if (code !== undefined && (code.length < leastCode || code.length > longestCode)) {
    const steps = ['console', 'credentials'];
    const values = { least: leastCode, most: longestCode };
    faults.push(settingsFault('codeLength', pathText(steps), yaml.lineOf(steps), values));
  }
  return { found, faults };
}

/** The files of both `tls` must be there, and the keys must be closed to others like a password. */
export async function checkTlsFiles(yaml: ParsedYaml, folder: string): Promise<SettingsFault[]> {
  const faults: SettingsFault[] = [];
  const raw = yaml.value as Record<string, { tls?: Record<string, unknown> | null } | null>;
  for (const part of ['mqtt', 'console']) {
    for (const name of ['ca', 'cert', 'key']) {
      const written = raw[part]?.tls?.[name];
      if (typeof written !== 'string') continue;
      const file = path.resolve(folder, written);
      const steps = [part, 'tls', name];
      const place = [pathText(steps), yaml.lineOf(steps)] as const;
      if (name === 'key') {
        const text = await readPrivateFile(file);
        if (text === undefined)
          faults.push(settingsFault('fileUnreadable', ...place, { file, why: 'ENOENT' }));
        else if (typeof text !== 'string') faults.push(settingsFault(text.kind, ...place, text.values));
        continue;
      }
      try {
        await readFile(file);
      } catch (error) {
        const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
        faults.push(settingsFault('fileUnreadable', ...place, { file, why }));
      }
    }
  }
  return faults;
}
