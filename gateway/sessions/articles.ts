// Which article makes a room record, asks for officers, or allows an urgent start (P7): one small table. The
// policy packs of each agency will take its place; nothing else in the product may name an article.
import type { RoomKind, SessionKind } from '../../config/settings-types.ts';

/**
 * Articles by room and matter. A pair that is missing is not allowed in that room. The short names are those
 * of requirements.md: HY Hengyang 2019, JZ Jiaozuo 2021, FS Fushun 2019, ZZ Zhuzhou, CT culture and tourism.
 */
export const recordingArticles: Readonly<Record<RoomKind, Readonly<Partial<Record<SessionKind, string>>>>> = {
  reception: { reception: 'HY 7(1)', statement: 'HY 16', defence: 'HY 29' }, // A1, A5
  hall: { reception: 'FS 10' }, // A6
  interview: { interview: 'HY 7(2)', inquiry: 'HY 7(2)', statement: 'HY 16', defence: 'HY 29' }, // A2, A5, A8
  inquiry: { inquiry: 'HY 7(2)', interview: 'HY 7(2)', statement: 'HY 16', defence: 'HY 29' }, // A2, A5, A8
  hearing: {
    hearing: 'HY 7(2)',
    'expert-review': 'HY 15',
    statement: 'HY 16',
    defence: 'HY 29',
    interview: 'HY 7(2)',
    inquiry: 'HY 7(2)',
  }, // A2, A3, A4, A5
  'expert-review': { 'expert-review': 'HY 15' }, // A4
  statement: { statement: 'HY 16', defence: 'HY 29' }, // A5
};

/** Officers with names and certificate numbers (I3). */
export const officersArticle = 'ZZ 12';
/** Stored by case name and party, so a case has to be named when it begins (I1). */
export const caseNumberArticle = 'ZZ 48';
/** An urgent start; the papers follow within the policy's time (E7). */
export const urgentArticle = 'FS 9; ZZ 10';

/** The kinds that a room of this kind records, as people may type them. */
export function allowedKinds(room: RoomKind): SessionKind[] {
  return Object.keys(recordingArticles[room]) as SessionKind[];
}
