// The demo that stays: one session is open, the table is drawn again twice a second, keys press the panel and dock
// body-cams, Ctrl-C seals and ends.
import path from 'node:path';
import { monotonicTime, sleep } from '../config/clock.ts';
import { errorLine } from '../config/errors.ts';
import { statusTable } from '../gateway/health/status-table.ts';
import { runPaths } from '../gateway/supervisor/run-paths.ts';
import { siteControl, type SiteControl } from '../hw-sim/control-client.ts';
import { demoDock, demoPanel, simControlPort, startDemoSite, type DemoSite } from './demo-site.ts';
import { dockLine } from './dock-line.ts';
import { listenForKeys } from './panel-keys.ts';
import { PanelLine } from './panel-line.ts';
import { screenUrl } from './screen.ts';

const drawEveryMs = 500;
const clear = '\u001b[H\u001b[J';

export async function showLive(language: 'en' | 'zh-CN', signal: AbortSignal): Promise<number> {
  const zh = language === 'zh-CN';
  const site = await startDemoSite((line) => console.log(line), signal);
  let keys: (() => void) | null = null;
  try {
    if (signal.aborted) return 0;
    await site.ask('open', {
      room: 'interview',
      kind: 'interview',
      officers: [
        { name: '张三', certificate: 'A-1001' },
        { name: '李四', certificate: 'A-1002' },
      ],
      caseNumber: 'DEMO-1',
      caseName: '示例案件',
      parties: ['王五'],
      stage: '调查取证',
      by: 'demo',
    });
    const terminal = process.stdout.isTTY;
    const sim = siteControl(simControlPort);
    let doorOpen = true;
    keys = listenForKeys(process.stdin, {
      act: (act, options) => sim.act(demoPanel, act, options),
      doorOpen: () => doorOpen,
      bodyCam: (number) => dockOrPull(sim, number),
      interrupt: () => process.kill(process.pid, 'SIGINT'),
    });
    const line = new PanelLine(language, keys !== null);
    while (!signal.aborted) {
      const lines = await draw(site, language);
      try {
        const panel = await sim.panel(demoPanel);
        doorOpen = panel.doorOpen;
        lines.push('', line.draw(panel, monotonicTime()));
        const [dock, bodyCams] = await Promise.all([sim.dock(demoDock), sim.bodyCams()]);
        lines.push(dockLine(dock, bodyCams, { language, keys: keys !== null }));
      } catch (error) {
        lines.push('', errorLine(error));
      }
      if (terminal) process.stdout.write(clear);
      console.log(lines.join('\n'));
      await sleep(terminal ? drawEveryMs : 5000, signal);
    }
    console.log(zh ? '正在封存并结束 …' : 'sealing and ending …');
  } finally {
    await site.end();
    keys?.();
  }
  console.log(zh ? `录像与日志：${site.folder}` : `recordings and logs: ${site.folder}`);
  return 0;
}

/** The body-cams in the order of the simulated site; each has the slot of its place. */
async function dockOrPull(sim: SiteControl, number: 1 | 2): Promise<void> {
  const device = (await sim.bodyCams())[number - 1];
  if (device?.docked) await sim.actDock(device.docked.dock, 'pull', { slot: device.docked.slot });
  else if (device) await sim.actDock(demoDock, 'dock', { slot: number - 1, bodyCam: device.id });
}

async function draw(site: DemoSite, language: 'en' | 'zh-CN'): Promise<string[]> {
  const zh = language === 'zh-CN';
  const socket = path.relative(process.cwd(), runPaths(site.settings.dataFolder).controlSocket);
  const hand = `npx liuhen session open --room hearing --kind hearing --urgent --socket ${socket}`;
  try {
    const table = statusTable(await site.ask('status', null), language);
    // Two lines, because a path has no limit and a command must be whole to be copied.
    const how = zh
      ? '另一终端手动开始（结束用 close，去掉 --kind 与 --urgent；Ctrl-C 结束演示）：'
      : 'from a second terminal (to close: close, no --kind, no --urgent; Ctrl-C ends):';
    const screen = `${zh ? '房间屏幕' : 'room screen'}: ${screenUrl(site, 'interview')}`;
    return [...table, '', screen, how, `  ${hand}`];
  } catch (error) {
    // The gateway is being started again: the table comes back with it.
    return [errorLine(error)];
  }
}
