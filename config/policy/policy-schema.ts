// The form of a policy pack: every parameter, what it may say, and `silent` where the rules say nothing. What packs
// lie in the folder is load-policies.ts; what applies on a day is policy-book.ts.
import { fieldMatters, type FieldMatter } from '../field-matters.ts';
import { z } from '../zod.ts';

/** What a session, or a room's whole day, may be about (A1–A8). */
export const matters = [
  'reception',
  'hall',
  'interview',
  'inquiry',
  'reconsideration',
  'hearing',
  'expert-review',
  'statement',
  'defence',
  'case-place',
] as const;
export type Matter = (typeof matters)[number];

/** How far a matter has to be recorded in sound and picture; the first asks most. */
export const recordingDuties = ['whole-working-time', 'must', 'as-needed', 'may', 'text-only'] as const;
export type RecordingDuty = (typeof recordingDuties)[number];

/** How far a matter of field work has to be recorded (A12): nothing out there is on for the whole day. */
export const fieldDuties = ['must', 'as-needed', 'may', 'text-only'] as const;
export type FieldDuty = (typeof fieldDuties)[number];

/** Named causes of an interruption (C3). */
export const interruptionCauses = [
  'device-fault',
  'damage',
  'low-battery',
  'storage-full',
  'bad-weather',
  'obstruction',
] as const;
export type InterruptionCause = (typeof interruptionCauses)[number];

/** What an interruption asks for (C3–C5). */
export const interruptionDuties = [
  'spoken-cause',
  'report-to-head',
  'written-explanation',
  'key-steps',
] as const;

/** Grounds on which nothing may be recorded (H1). */
export const forbiddenGrounds = ['explosion-risk', 'secret-without-consent', 'by-law'] as const;
export type ForbiddenGround = (typeof forbiddenGrounds)[number];

/** `14(1)`, `7(1)1`, `9 last para`, `annex 2 item 1`, `annex 2 terms` (its column). */
const articlePattern =
  /^(?:\d{1,3}(?:\(\d{1,2}\)){0,2}\d{0,2}(?: (?:para \d|last para))?|annex \d(?: (?:item \d{1,2}|terms))?)$/;
/** The same behind the short name of a pack: `HY 7(1)`. */
const citationPattern = new RegExp(`^(?:[A-Z]{2,4} )?${articlePattern.source.slice(1)}`);
const datePattern = /^\d{4}-\d{2}-\d{2}$/;

const word = z.string().regex(/^[a-z][a-z-]{0,39}$/);
const words = z.array(word).min(1).max(24);
/** A span that the rules count in hours, days, working days, months or years. */
const span = z.union([
  z.strictObject({ hours: z.number().int().min(1).max(8760) }),
  z.strictObject({ days: z.number().int().min(1).max(3660) }),
  z.strictObject({ workingDays: z.number().int().min(1).max(2500) }),
  z.strictObject({ months: z.number().int().min(1).max(1200) }),
  z.strictObject({ years: z.number().int().min(1).max(100) }),
]);
export type Span = z.infer<typeof span>;

const articles = z.array(z.string().regex(citationPattern)).min(1).max(16);
function rule<T extends z.ZodType>(value: T) {
  return z.union([z.literal('silent'), z.strictObject({ value, articles })]);
}
function listOf<const T extends readonly string[]>(of: T) {
  return z.array(z.enum(of)).min(1);
}

const duty = rule(z.enum(recordingDuties));
const recording = z.strictObject(
  Object.fromEntries(matters.map((matter) => [matter, duty])) as Record<Matter, typeof duty>,
);

const fieldDuty = rule(z.enum(fieldDuties));
const field = z.strictObject(
  Object.fromEntries(fieldMatters.map((matter) => [matter, fieldDuty])) as Record<
    FieldMatter,
    typeof fieldDuty
  >,
);

/** A class of retention: how long at least, and the matters of field work that the rules put into it. */
const retentionClass = rule(
  z.strictObject({ keep: span, matters: z.array(z.enum(fieldMatters)).max(fieldMatters.length) }),
);

/** Every parameter but the duties to record. `silent` has to be written: what is left out is a fault, not a rule. */
export const ruleSchemas = {
  /** B1–B3: the words where they are fixed, and when they are said. */
  notice: rule(
    z.strictObject({
      words: z.string().min(1).max(400).optional(),
      when: z.enum(['before', 'first', 'after-preamble']),
    }),
  ),
  /** B4: what is said first, in this order. */
  preamble: rule(words),
  /** C1, A10. */
  noPause: rule(z.literal(true)),
  /** C3–C5. */
  interruption: rule(listOf(interruptionDuties)),
  interruptionCauses: rule(listOf(interruptionCauses)),
  /** D1–D3: what is checked before use. */
  checkBeforeUse: rule(listOf(['performance', 'battery', 'card', 'storage', 'upkeep'])),
  /** D5: whether a recording may begin though something is broken. */
  startWithFault: rule(z.enum(['yes', 'without-faulty-device', 'no'])),
  /** I3. */
  officers: rule(z.strictObject({ least: z.number().int().min(1).max(10), certificates: z.boolean() })),
  /** I1, I2: what has to be known of a recording. */
  content: rule(words),
  /** A9. */
  bothInView: rule(z.literal(true)),
  /** I4. */
  keyMoments: rule(words),
  /** E7: how soon the papers follow. */
  urgentStart: rule(span),
  /** H1. */
  forbidden: rule(listOf(forbiddenGrounds)),
  /** H2. */
  preRoll: rule(z.literal('memory-only')),
  /** E1–E3; each of them. */
  offload: rule(z.array(z.union([span, z.literal('end-of-day')])).min(1)),
  offloadAfterReturn: rule(span),
  /** E5. */
  caseFile: rule(span),
  /** F1–F3. */
  baseRetention: rule(z.union([span, z.enum(['case-file', 'archives-law'])])),
  /** F1: 监督保障类. Like the two below a floor of its own; `baseRetention` may ask for more. */
  supervisionRetention: retentionClass,
  /** F1: 补强证据类. */
  supplementaryRetention: retentionClass,
  /** F2: 日常巡查. */
  patrolRetention: retentionClass,
  /** F1, F4: the longest of them. */
  evidenceRetention: rule(z.array(z.union([span, z.enum(['case-file', 'archives-law'])])).min(1)),
  /** F5. */
  litigationHold: rule(z.literal(true)),
  /** F6. */
  longTerm: rule(words),
  /** G1: who approves a party's copy, in the rules' own word. */
  copyApprover: rule(z.string().min(1).max(40)),
  /** G2. */
  viewingApproval: rule(z.string().min(1).max(40)),
  /** C2. */
  editingBan: rule(z.literal(true)),
} as const;
export type RuleName = keyof typeof ruleSchemas;
export const ruleNames = Object.keys(ruleSchemas) as readonly RuleName[];

const day = z.union([z.literal(''), z.string().regex(datePattern)]);

export const policyPackSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  /** By which its articles are cited: `HY 7(1)`. */
  short: z.string().regex(/^[A-Z]{2,4}$|^max$/),
  agency: z.strictObject({ 'zh-CN': z.string().min(1).max(80), en: z.string().min(1).max(120) }),
  document: z.strictObject({
    title: z.string().max(80),
    number: z.string().max(40),
    /** The day of issue; '' where the text does not tell. */
    issued: day,
  }),
  /** In the order of their days. */
  versions: z
    .array(
      z.strictObject({
        /** The first day on which it applies; '' = as far back as anybody asks. */
        from: day,
        recording,
        field,
        rules: z.strictObject(ruleSchemas),
      }),
    )
    .min(1)
    .max(50),
  /** The words of each article that is cited, as published. */
  articles: z.record(z.string().regex(articlePattern), z.string().min(1).max(4000)),
});

export type PolicyPack = z.infer<typeof policyPackSchema>;
export type PolicyVersion = PolicyPack['versions'][number];
type RuleOf<T> = Exclude<T, 'silent'> extends { value: infer V } ? V : never;
/** What a parameter says where it is not silent. */
export type RuleValue<Name extends RuleName> = RuleOf<PolicyVersion['rules'][Name]>;
