// The policy packs that a settings file names: reads them, and finds the names that no pack has. What packs say is
// config/policy's.
import path from 'node:path';
import { isLiuhenError } from './errors.ts';
import { loadPolicies, shippedPolicies } from './policy/load-policies.ts';
import { PolicyBook } from './policy/policy-book.ts';
import { pathText } from './settings-cross-checks.ts';
import { settingsFault, type SettingsFault } from './settings-faults.ts';
import type { ParsedYaml, YamlPath } from './yaml.ts';

export interface GatheredPolicies {
  /** Empty when there are faults. */
  readonly book: PolicyBook;
  readonly faults: readonly SettingsFault[];
}

/** Reads the shipped packs and those of `policy.folder`, which counts from `folder`. */
export async function gatherPolicies(yaml: ParsedYaml, folder: string): Promise<GatheredPolicies> {
  const raw = yaml.value as {
    policy?: { pack?: unknown; folder?: unknown } | null;
    notice?: { files?: object | null } | null;
    rooms?: unknown;
  };
  const own = raw.policy?.folder;
  const folders = typeof own === 'string' ? [shippedPolicies, path.resolve(folder, own)] : [shippedPolicies];
  let book: PolicyBook;
  try {
    book = await loadPolicies(folders);
  } catch (error) {
    if (!isLiuhenError(error, 'POLICY_FAULTY', 'POLICY_UNREADABLE')) throw error;
    const steps = ['policy', 'folder'];
    const values = { why: error.message, whyZh: error.message };
    const fault = settingsFault('packsFaulty', pathText(steps), yaml.lineOf(steps), values);
    return { book: new PolicyBook([]), faults: [fault] };
  }
  const faults: SettingsFault[] = [];
  const check = (name: unknown, steps: YamlPath): void => {
    if (typeof name !== 'string' || book.ids.includes(name)) return;
    const values = { pack: name, allowed: book.ids.join(', ') };
    faults.push(settingsFault('noSuchPack', pathText(steps), yaml.lineOf(steps), values));
  };
  check(raw.policy?.pack, ['policy', 'pack']);
  for (const name of Object.keys(raw.notice?.files ?? {})) check(name, ['notice', 'files', name]);
  const rooms = Array.isArray(raw.rooms) ? (raw.rooms as ({ pack?: unknown } | null)[]) : [];
  rooms.forEach((room, index) => check(room?.pack, ['rooms', index, 'pack']));
  return { book, faults };
}
