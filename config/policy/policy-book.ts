// All packs at hand, and what one of them says of a parameter on a day, with its articles (P7). Pure: the files are
// load-policies.ts, the words for people policy-text.ts.
import { LiuhenError } from '../errors.ts';
import type { FieldMatter } from '../field-matters.ts';
import type {
  FieldDuty,
  Matter,
  PolicyPack,
  PolicyVersion,
  RecordingDuty,
  RuleName,
  RuleValue,
} from './policy-schema.ts';

/** An article as it is cited (`HY 7(1)`), and its published words; '' where the pack that has them is not here. */
export interface CitedArticle {
  readonly citation: string;
  readonly words: string;
}

/** What the rules say: a value with the articles that make it. */
export interface Ruling<T> {
  readonly value: T;
  readonly articles: readonly CitedArticle[];
}

/** What one pack says on one day. A null is silence: the rules say nothing of it. */
export class Policy {
  readonly pack: PolicyPack;
  readonly version: PolicyVersion;
  readonly #cite: (article: string) => CitedArticle;

  constructor(pack: PolicyPack, version: PolicyVersion, cite: (article: string) => CitedArticle) {
    this.pack = pack;
    this.version = version;
    this.#cite = cite;
  }

  /** How far a matter has to be recorded in sound and picture. */
  recording(matter: Matter): Ruling<RecordingDuty> | null {
    return this.#ruling(this.version.recording[matter]);
  }

  /** How far a matter of field work has to be recorded (A12). */
  field(matter: FieldMatter): Ruling<FieldDuty> | null {
    return this.#ruling(this.version.field[matter]);
  }

  rule<Name extends RuleName>(name: Name): Ruling<RuleValue<Name>> | null {
    // The schema ties the value to the name; a union of all of them is what the compiler sees.
    return this.#ruling(this.version.rules[name] as Written<RuleValue<Name>>);
  }

  #ruling<T>(written: Written<T>): Ruling<T> | null {
    if (written === 'silent') return null;
    return { value: written.value, articles: written.articles.map((article) => this.#cite(article)) };
  }
}

type Written<T> = 'silent' | { readonly value: T; readonly articles: readonly string[] };

export class PolicyBook {
  readonly #packs: ReadonlyMap<string, PolicyPack>;
  readonly #byShort: ReadonlyMap<string, PolicyPack>;

  constructor(packs: readonly PolicyPack[]) {
    this.#packs = new Map(packs.map((pack) => [pack.id, pack]));
    this.#byShort = new Map(packs.map((pack) => [pack.short, pack]));
  }

  get ids(): readonly string[] {
    return [...this.#packs.keys()];
  }

  /** Throws POLICY_UNKNOWN with the packs that there are. */
  pack(id: string): PolicyPack {
    const pack = this.#packs.get(id);
    if (!pack) throw new LiuhenError('POLICY_UNKNOWN', { pack: id, known: this.ids.join(', ') });
    return pack;
  }

  /**
   * What pack `id` says on `day` (YYYY-MM-DD, in the site's time zone). Throws POLICY_UNKNOWN, or POLICY_NOT_YET
   * before its first day.
   */
  on(id: string, day: string): Policy {
    const pack = this.pack(id);
    const version = pack.versions.findLast(({ from }) => from <= day);
    if (!version)
      throw new LiuhenError('POLICY_NOT_YET', { pack: id, day, from: pack.versions[0]?.from ?? '' });
    return new Policy(pack, version, (article) => this.#cite(pack, article));
  }

  /**
   * What applies to a room now: as `on`, but before the pack's first day its first version. A box whose clock came up
   * in 1970 has to record all the same, by the rules that it knows. Throws POLICY_UNKNOWN.
   */
  inForce(id: string, day: string): Policy {
    const pack = this.pack(id);
    const version = pack.versions.findLast(({ from }) => from <= day) ?? pack.versions[0];
    if (!version) throw new LiuhenError('POLICY_NOT_YET', { pack: id, day, from: '' });
    return new Policy(pack, version, (article) => this.#cite(pack, article));
  }

  #cite(pack: PolicyPack, article: string): CitedArticle {
    const [short = ''] = article.split(' ');
    const other = this.#byShort.get(short);
    if (!/^[A-Z]{2,4}$/.test(short))
      return { citation: `${pack.short} ${article}`, words: pack.articles[article] ?? '' };
    return { citation: article, words: other?.articles[article.slice(short.length + 1)] ?? '' };
  }
}
