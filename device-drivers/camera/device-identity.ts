// What tells one camera from another behind the same address: a serial number, a MAC address, a certificate. Make,
// model and firmware do not: an update changes them and leaves the camera what it is.

export interface DeviceIdentity {
  /** '' where the camera does not tell; so is the MAC. */
  readonly serial: string;
  readonly mac: string;
  /** SHA-256 of the certificate; null over HTTP. */
  readonly fingerprint256: string | null;
}

const marks = ['serial', 'mac', 'fingerprint256'] as const;

/** The first mark in which two devices differ; null when none does. What one of them does not tell is no difference. */
export function differenceOf(
  old: DeviceIdentity | undefined,
  seen: DeviceIdentity,
): { readonly what: (typeof marks)[number]; readonly old: string; readonly seen: string } | null {
  for (const what of marks) {
    const before = old?.[what];
    const now = seen[what];
    if (before && now && before.toLowerCase() !== now.toLowerCase()) return { what, old: before, seen: now };
  }
  return null;
}
