// Users and passwords: from the environment first, then from a file that nobody else can read. They leave here
// only wrapped in Secret; no fault text holds one.
import { open } from 'node:fs/promises';
import { Secret } from './secret.ts';
import type { SettingsFaultKind } from './settings-faults.ts';
import type { Credentials } from './settings-types.ts';
import { maxYamlBytes, parseYaml } from './yaml.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface CredentialsFault {
  readonly kind: SettingsFaultKind;
  readonly values: Readonly<Record<string, string | number>>;
}

/** `room-cameras` -> `LIUHEN_CREDENTIAL_ROOM_CAMERAS`. */
export function credentialVariable(name: string): string {
  return `LIUHEN_CREDENTIAL_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The credentials in `LIUHEN_CREDENTIAL_<NAME>=user:password`; the first colon divides, as in RFC 7617 §2. */
export function credentialsFromEnvironment(
  name: string,
  environment: Environment,
): Credentials | CredentialsFault | undefined {
  const variable = credentialVariable(name);
  const value = environment[variable];
  if (value === undefined || value === '') return undefined;
  const colon = value.indexOf(':');
  if (colon < 1) return { kind: 'environmentShape', values: { variable } };
  return { username: value.slice(0, colon), password: new Secret(value.slice(colon + 1)) };
}

export interface CredentialsFile {
  /** False when there is no such file, which is no fault by itself. */
  readonly found: boolean;
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly faults: readonly CredentialsFault[];
}

/**
 * Reads a credentials file: YAML, names holding `username` and `password`. It is refused unless it is a file
 * of this user that neither group nor others may touch.
 */
export async function readCredentialsFile(file: string): Promise<CredentialsFile> {
  const credentials = new Map<string, Credentials>();
  const faults: CredentialsFault[] = [];
  const text = await readPrivateFile(file);
  if (text === undefined) return { found: false, credentials, faults };
  if (typeof text !== 'string') return { found: true, credentials, faults: [text] };
  const yaml = parseYaml(text, { strings: true });
  // The parser's own words may quote the line, and with it a password: only the line number is told.
  for (const { line } of yaml.faults) faults.push({ kind: 'credentialsSyntax', values: { file, line } });
  if (faults.length > 0) return { found: true, credentials, faults };
  for (const [name, entry] of Object.entries(isRecord(yaml.value) ? yaml.value : {})) {
    const { username, password } = isRecord(entry) ? entry : {};
    if (typeof username === 'string' && username !== '' && typeof password === 'string') {
      credentials.set(name, { username, password: new Secret(password) });
    } else {
      faults.push({ kind: 'credentialsShape', values: { file, name, line: yaml.lineOf([name]) } });
    }
  }
  return { found: true, credentials, faults };
}

/**
 * The text of a file that only this user can read; a fault when it is open to others; undefined when there is
 * none. Checked on the open file, so that it cannot be exchanged between the check and the reading.
 */
export async function readPrivateFile(file: string): Promise<string | CredentialsFault | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const stat = await handle.stat();
      const uid = process.getuid?.() ?? stat.uid;
      if (!stat.isFile()) return { kind: 'fileUnreadable', values: { file, why: 'not a file' } };
      if ((stat.mode & 0o077) !== 0) {
        const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
        return { kind: 'fileOpenToOthers', values: { file, mode } };
      }
      if (stat.uid !== uid) return { kind: 'fileOfOthers', values: { file, owner: stat.uid, uid } };
      if (stat.size > maxYamlBytes) {
        return { kind: 'fileUnreadable', values: { file, why: `larger than ${maxYamlBytes} bytes` } };
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    return { kind: 'fileUnreadable', values: { file, why: code ?? 'unknown' } };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
