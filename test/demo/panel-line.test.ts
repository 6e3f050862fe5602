// The demo's line about its panel: how a lamp looks to somebody who looks twice a second, in 80 columns.
import t from 'tap';
import { PanelLine } from '../../demo/panel-line.ts';
import { displayWidth } from '../../gateway/health/display-width.ts';
import type { PanelSummary } from '../../hw-sim/control-protocol.ts';

const panel = (over: Partial<PanelSummary> = {}): PanelSummary => ({
  id: 'interview',
  address: 'tcp://127.0.0.1:1',
  clients: 1,
  lamp: false,
  buzzer: false,
  lampChanges: 0,
  buttonDown: false,
  doorOpen: true,
  ...over,
});

/** What is said after ten looks at a lamp that changes every `everyMs`. */
function seen(everyMs: number, lookEveryMs: number): string {
  const line = new PanelLine('en', false);
  let said = '';
  for (let at = 0; at <= 10 * lookEveryMs; at += lookEveryMs) {
    const lampChanges = Math.floor(at / everyMs);
    said = line.draw(panel({ lampChanges, lamp: lampChanges % 2 === 0 }), at);
  }
  return said;
}

t.test('P1: the four looks of the lamp are told apart, however often one looks', (t) => {
  for (const lookEveryMs of [500, 5000]) {
    t.match(seen(150, lookEveryMs), /FAST/);
    t.match(seen(1000, lookEveryMs), /slow/);
    t.match(seen(10_000_000, lookEveryMs), /● steady/);
  }
  const line = new PanelLine('en', false);
  line.draw(panel({ lamp: true, lampChanges: 1 }), 0);
  t.match(line.draw(panel({ lampChanges: 2 }), 500), /○ off/, 'switched once is no blink');
  t.end();
});

t.test('the keys are told where they work, within 80 columns', (t) => {
  for (const language of ['en', 'zh-CN'] as const) {
    const line = new PanelLine(language, true);
    line.draw(panel(), 0);
    const widest = line.draw(panel({ lampChanges: 20, buzzer: true }), 1000);
    t.ok(displayWidth(widest) <= 80, widest);
    t.match(line.draw(panel({ lampChanges: 20 }), 1500), /Ctrl-C/);
    t.notMatch(new PanelLine(language, false).draw(panel(), 0), /Ctrl-C/);
  }
  t.end();
});
