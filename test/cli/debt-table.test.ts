// The table of what is owed: 80 columns in both languages, whatever a box calls its things.
import t from 'tap';
import { debtTable, maxDebtRows } from '../../cli/debt-table.ts';
import { displayWidth } from '../../gateway/health/display-width.ts';
import type { DebtRow } from '../../headquarters/debt-desk.ts';

const row: DebtRow = {
  address: { agency: 'shanghai', site: 'east', gateway: 'box-1' },
  session: 'talk-20260921-0800',
  room: 'talk',
  debt: 'written-explanation',
  article: 'JZ 11',
  dueWallMs: 1_790_000_000_000,
  missed: false,
  leftMs: 4 * 60_000,
  state: 'due-soon',
  by: null,
  online: true,
};

t.test('E7: two lines for each debt, with the time left', (t) => {
  const shown = { rows: [row], leftOut: 0, nowMs: 1_789_999_760_000 };
  t.same(debtTable(shown, 'en'), [
    '2026-09-21 14:09',
    'gateway                  room/device  owed                      due (UTC)',
    '-'.repeat(80),
    'shanghai/east/box-1      talk         written explanation       2026-09-21 14:13',
    '  due in 4 min  JZ 11  talk-20260921-0800',
  ]);
  t.match(debtTable(shown, 'zh-CN')[3], /书面说明情况 +2026-09-21 14:13$/);
  t.match(debtTable(shown, 'zh-CN')[4], '  还剩4分钟  JZ 11  talk-20260921-0800');
  t.match(debtTable({ ...shown, rows: [] }, 'en'), ['2026-09-21 14:09  nothing is owed']);
  t.end();
});

t.test('no line is wider than 80 columns, and no escape reaches the terminal', (t) => {
  const wild: DebtRow = {
    ...row,
    session: '会'.repeat(120),
    room: '询问室\u001b[2J'.repeat(9),
    debt: '书'.repeat(50),
    dueWallMs: 2 ** 62,
    missed: true,
    leftMs: 2 ** 62,
    state: 'overdue',
    by: 'gateway',
    online: false,
  };
  const rows = Array.from({ length: maxDebtRows + 5 }, () => wild);
  for (const language of ['en', 'zh-CN'] as const) {
    const lines = debtTable({ rows, leftOut: 7, nowMs: 0 }, language);
    for (const line of lines) {
      t.ok(displayWidth(line) <= 80, line);
      t.notOk(/\p{Cc}/u.test(line));
    }
    t.match(lines.at(-2), /5/);
    t.match(lines.at(-1), /7/);
    t.equal(lines.length, 3 + 2 * maxDebtRows + 2);
  }
  t.end();
});
