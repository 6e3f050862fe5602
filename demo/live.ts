// The demo that stays: one session is open, the table is drawn again twice a second, Ctrl-C seals and ends.
import { sleep } from '../config/clock.ts';
import { errorLine } from '../config/errors.ts';
import { statusTable } from '../gateway/health/status-table.ts';
import { startDemoSite, type DemoSite } from './demo-site.ts';

const drawEveryMs = 500;
const clear = '\u001b[H\u001b[J';

export async function showLive(language: 'en' | 'zh-CN', signal: AbortSignal): Promise<number> {
  const zh = language === 'zh-CN';
  const site = await startDemoSite((line) => console.log(line), signal);
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
      by: 'demo',
    });
    const terminal = process.stdout.isTTY;
    while (!signal.aborted) {
      const lines = await draw(site, language);
      if (terminal) process.stdout.write(clear);
      console.log(lines.join('\n'));
      await sleep(terminal ? drawEveryMs : 5000, signal);
    }
    console.log(zh ? '正在封存并结束 …' : 'sealing and ending …');
  } finally {
    await site.end();
  }
  console.log(zh ? `录像与日志：${site.folder}` : `recordings and logs: ${site.folder}`);
  return 0;
}

async function draw(site: DemoSite, language: 'en' | 'zh-CN'): Promise<string[]> {
  const zh = language === 'zh-CN';
  const socket = `LIUHEN_SOCKET=${site.settings.dataFolder}/run/control.sock`;
  const try1 = 'npm run -s liuhen -- session open --room reception --kind reception';
  const try2 = 'npm run -s liuhen -- session close --room reception';
  try {
    const table = statusTable(await site.ask('status', null), language);
    const how = zh
      ? '在另一个终端中手动开始与结束（Ctrl-C 结束演示）：'
      : 'by hand from a second terminal (Ctrl-C ends the demo):';
    return [...table, '', how, `  export ${socket}`, `  ${try1} && ${try2}`];
  } catch (error) {
    // The gateway is being started again: the table comes back with it.
    return [errorLine(error)];
  }
}
