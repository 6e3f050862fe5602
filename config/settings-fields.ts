// The kinds of fields that settings are made of: names, spans, sizes, addresses, paths, each with what is told of it.
// Which settings there are is settings-schema.ts's.
import { durationPattern, parseDuration, parseSize, sizePattern } from './units.ts';
import { z } from './zod.ts';

/** Ids become topic levels, folder names and environment variables: no more than that allows. */
export const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is told of a setting. */
export interface About {
  /** What it is, one sentence. */
  readonly what: string;
  /** What is allowed, as the fault text says it. */
  readonly range: string;
  readonly unit?: string;
  /** Why there is such a setting, or why the default is what it is. */
  readonly why?: string;
}

/** A schema with what the reference page and the faults say of it. */
export function about<T extends z.ZodType>(schema: T, { what, range, unit, why }: About): T {
  return schema.meta({
    description: what,
    'x-range': range,
    ...(unit === undefined ? {} : { 'x-unit': unit }),
    ...(why === undefined ? {} : { 'x-reason': why }),
  });
}

/** A name that becomes topic levels, folders and variables. */
export function id(what: string, why?: string): z.ZodString {
  return about(z.string().regex(idPattern), {
    what,
    range: '1 to 63 lower-case letters, digits and inner hyphens',
    ...(why === undefined ? {} : { why }),
  });
}

/** A span of time; milliseconds once checked. */
export function duration(of: About & { min: number; max: number; default: string; also?: 'auto' }) {
  const pattern = of.also ? new RegExp(`^auto$|${durationPattern.source}`) : durationPattern;
  const text = z.string().regex(pattern).default(of.default);
  return about(
    text.transform((written, context): number | 'auto' => {
      if (written === 'auto') return 'auto';
      const milliseconds = parseDuration(written);
      if (milliseconds === null || milliseconds < of.min || milliseconds > of.max) {
        context.addIssue({ code: 'custom', message: 'out of range' });
        return z.NEVER;
      }
      return milliseconds;
    }),
    { ...of, unit: 'a whole number with ms, s, min, h or d' },
  );
}

/** An amount of memory or disk; bytes once checked. */
export function size(of: About & { min: number; max: number; default: string }) {
  return about(
    z
      .string()
      .regex(sizePattern)
      .default(of.default)
      .transform((written, context) => {
        const bytes = parseSize(written);
        if (bytes === null || bytes < of.min || bytes > of.max) {
          context.addIssue({ code: 'custom', message: 'out of range' });
          return z.NEVER;
        }
        return bytes;
      }),
    { ...of, unit: 'a whole number with B, KiB, MiB, GiB or TiB' },
  );
}

/** A URL without user and password. */
export function url(schemes: readonly string[], of: Omit<About, 'range'>): z.ZodString {
  const range = `${schemes.map((scheme) => `${scheme}://`).join(' or ')} with a host, without user and password`;
  return about(
    z
      .string()
      .max(2048)
      .superRefine((text, context) => {
        const parsed = URL.canParse(text) ? new URL(text) : null;
        if (!parsed || !schemes.includes(parsed.protocol.slice(0, -1)) || parsed.hostname === '') {
          context.addIssue({ code: 'custom', message: 'not such a URL' });
        } else if (parsed.port === '0') {
          context.addIssue({ code: 'custom', message: 'port', params: { fault: 'portZero' } });
        }
      }),
    { ...of, range },
  );
}

/** A path. */
export const file = (what: string, why?: string): z.ZodString =>
  about(z.string().min(1).max(1024), {
    what,
    range: 'a path; a relative one counts from the folder of the settings file',
    ...(why === undefined ? {} : { why }),
  });

export const credentialName = id(
  'The name of the credentials to use.',
  'Only the name stands here. The user and password come from the environment or the credentials file.',
);
