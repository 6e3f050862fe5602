// `liuhen calendar show`: which days of a year are worked that one would not expect, and which years are known.
import { importedCalendars, loadCalendars, shippedCalendars } from '../../config/calendar/load-calendars.ts';
import { nextDay, WorkingDays } from '../../config/calendar/working-days.ts';
import { wallTime } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import { localDay } from '../../config/local-day.ts';
import { loadSettings } from '../../config/settings.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

const reasons = {
  holiday: { en: 'off: holiday', zh: '放假' },
  'make-up': { en: 'worked: made up for a holiday', zh: '调休上班' },
  closed: { en: 'off: closed by the site', zh: '本单位停止办公' },
  special: { en: 'worked: opened by the site', zh: '本单位特别办公' },
} as const;

export const calendarShowCommand: CommandSpec = {
  name: 'calendar show',
  summary: { en: 'show the days that are worked, or not, out of the ordinary', zh: '显示节假日与调休' },
  options: [
    { flags: '--year <year>', summary: { en: 'of this year (the current one)', zh: '年份（默认今年）' } },
    {
      flags: '--config <file>',
      summary: { en: 'the settings (LIUHEN_CONFIG)', zh: '配置文件（LIUHEN_CONFIG）' },
    },
  ],
  json: true,
  run: async (input) => {
    const file = textOption(input, 'config') ?? process.env['LIUHEN_CONFIG'];
    const settings = file ? await loadSettings(file, process.env) : null;
    const folders = settings
      ? [shippedCalendars, importedCalendars(settings.dataFolder)]
      : [shippedCalendars];
    const days = new WorkingDays(await loadCalendars(folders), {
      closed: settings?.workingTime.closed ?? [],
      open: [...(settings?.workingTime.special.keys() ?? [])],
    });
    const today = localDay(wallTime(), settings?.timezone ?? 'Asia/Shanghai');
    const year = textOption(input, 'year') ?? today.slice(0, 4);
    if (!/^20\d{2}$/.test(year)) throw new LiuhenError('CALENDAR_YEAR', { year });
    const unusual: { day: string; reason: keyof typeof reasons }[] = [];
    let worked = 0;
    for (let day = `${year}-01-01`; day.startsWith(year); day = nextDay(day)) {
      const reason = days.reason(day);
      if (reason !== 'weekday' && reason !== 'weekend') unusual.push({ day, reason });
      if (days.isWorkingDay(day)) worked += 1;
    }
    if (input.json) {
      const { years } = days;
      input.out(
        JSON.stringify({ year: Number(year), years, missing: days.missingYear(today), worked, unusual }),
      );
      return exitCodes.ok;
    }
    const zh = input.language === 'zh-CN';
    for (const { day, reason } of unusual) input.out(`${day}  ${reasons[reason][zh ? 'zh' : 'en']}`);
    const known = `${days.years[0]}–${days.years.at(-1)}`;
    input.out(
      zh
        ? `${year} 年共 ${worked} 个工作日；已有 ${known}`
        : `${worked} working days in ${year}; known: ${known}`,
    );
    return exitCodes.ok;
  },
};
