// What has to happen when settings change: what needs a restart, and what makes the way to headquarters another one.
import type { Settings } from '../config/settings-types.ts';

/** Settings that are built into what runs: they change with a restart only. Answers the names of those that differ. */
export function changedForGood(old: Settings, read: Settings): string[] {
  const fields = ['agency', 'site', 'gateway', 'dataFolder', 'recording'] as const;
  return fields.filter((field) => JSON.stringify(old[field]) !== JSON.stringify(read[field]));
}

/** Equal for two settings with the same way to headquarters. */
export function mqttKey({ mqtt }: Settings): string {
  // A Secret prints as ***: the password has to be asked for, or a new one would go unseen.
  return JSON.stringify([mqtt, mqtt.credentials?.password.reveal() ?? '']);
}
