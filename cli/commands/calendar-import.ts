// `liuhen calendar import`: brings the working days of another year to the box. The file is checked as a whole before
// anything is changed; a running gateway reads it at its next planning, within ten minutes.
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { checkCalendar, importedCalendars, readCalendar } from '../../config/calendar/load-calendars.ts';
import { LiuhenError } from '../../config/errors.ts';
import { loadSettings } from '../../config/settings.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

export const calendarImportCommand: CommandSpec = {
  name: 'calendar import',
  summary: { en: "bring another year's working days to the box", zh: '导入新一年的工作日历' },
  args: [{ name: 'file', summary: { en: 'a table of years', zh: '年份表文件' }, required: true }],
  options: [
    {
      flags: '--config <file>',
      summary: { en: 'the settings (LIUHEN_CONFIG)', zh: '配置文件（LIUHEN_CONFIG）' },
    },
  ],
  json: true,
  run: async (input) => {
    const config = textOption(input, 'config') ?? process.env['LIUHEN_CONFIG'];
    if (!config) throw new LiuhenError('POLICY_OPTION', { option: '--config' });
    const { dataFolder } = await loadSettings(config, process.env);
    const [file = ''] = input.args;
    const text = await readCalendar(file);
    const { calendar, faults } = checkCalendar(text);
    if (!calendar)
      throw new LiuhenError('CALENDAR_FAULTY', {
        count: faults.length,
        faults: faults.map((fault) => `${file}:${fault}`).join('\n'),
      });
    const years = [...calendar.years.keys()].toSorted((a, b) => a - b);
    const kept = await keep(text, importedCalendars(dataFolder), `${years.join('-')}-${calendar.id}.yaml`);
    if (input.json) input.out(JSON.stringify({ years, file: kept }));
    else {
      const list = years.join(', ');
      input.out(input.language === 'zh-CN' ? `已导入 ${list} 年：${kept}` : `imported ${list}: ${kept}`);
    }
    return exitCodes.ok;
  },
};

/** Whole or not at all: the gateway may read at any moment. */
async function keep(text: string, folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, name);
  const handle = await open(`${file}.new`, 'w', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return file;
}
