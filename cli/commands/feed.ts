// `liuhen feed`: headquarters' live feed as lines or JSON. With --store it keeps the chain and sends receipts;
// without, it only looks on.
import { wallTime } from '../../config/clock.ts';
import { createLog } from '../../config/log.ts';
import { readExpectedKeys } from '../../headquarters/expected-keys.ts';
import { feedJson, feedLines } from '../../headquarters/feed-lines.ts';
import { watchFeed } from '../../headquarters/feed-watch.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import type { KeyPin } from '../../headquarters/key-pin.ts';
import type { GatewayAddress } from '../../protocols/hq/topics.ts';
import { jsonText } from '../../protocols/hq/json-mirror.ts';
import { boundedLines } from '../bounded-lines.ts';
import { debtTable } from '../debt-table.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { brokerConnection, brokerOption, tlsOptions } from './broker-options.ts';
import { textOption } from './control-socket.ts';

/** The countdown goes on while nothing happens, in milliseconds. */
const tableEveryMs = 60_000;
/** Changes that come together are one table, in milliseconds. */
const tableAfterMs = 200;

/** At most 18 digits: below the 2^64 of the contract. */
const sequencePattern = /^[1-9]\d{0,17}$/;

export const feedCommand: CommandSpec = {
  name: 'feed',
  summary: { en: "show headquarters' live feed", zh: '显示总部实时动态' },
  options: [
    brokerOption,
    { flags: '--agency <id>', summary: { en: 'only this agency', zh: '仅此单位' } },
    { flags: '--site <id>', summary: { en: 'only this site', zh: '仅此站点' } },
    {
      flags: '--store <folder>',
      summary: { en: 'keep the chain here and send receipts', zh: '在此保存台账链并发送回执' },
    },
    {
      flags: '--from <number>',
      summary: {
        en: 'first a snapshot and all entries from this number on',
        zh: '先给出当前状态及自此编号起的全部记录',
      },
    },
    {
      flags: '--debts',
      summary: {
        en: 'a table of what is owed, with the time left (with --store)',
        zh: '待补事项及剩余期限一览（须有 --store）',
      },
    },
    {
      flags: '--keys <folder>',
      summary: {
        en: 'expected device keys, <agency>/<site>/<gateway>.pem',
        zh: '登记的设备公钥：<单位>/<站点>/<网关>.pem',
      },
    },
    ...tlsOptions,
  ],
  json: true,
  run: async (input) => {
    const options = {
      ...brokerConnection(input),
      agency: textOption(input, 'agency'),
      site: textOption(input, 'site'),
    };
    const first = textOption(input, 'from');
    if (first !== undefined && !sequencePattern.test(first)) {
      input.err(
        input.language === 'en'
          ? '--from takes the number of an entry, 1 or higher.'
          : '--from 须为记录编号，不小于 1。',
      );
      return exitCodes.usage;
    }
    const from = first === undefined ? {} : { from: BigInt(first) };
    const tell = boundedLines({
      out: (line) => input.out(line),
      waiting: () => input.waiting?.() ?? 0,
      lost: (lines) => lostLine(lines, input),
    });
    const store = textOption(input, 'store');
    const table = input.options['debts'] === true;
    if (table && store === undefined) {
      input.err(
        input.language === 'en'
          ? '--debts needs --store: what is owed is folded from a kept chain.'
          : '--debts 须与 --store 同用：待补事项由所存台账链得出。',
      );
      return exitCodes.usage;
    }
    let changed = (): void => undefined;
    const onEvent = (event: FeedEvent): void => {
      if (table) {
        if (ofDebts(event)) changed();
      } else if (input.json) tell(feedJson(event));
      else for (const line of feedLines(event, input.language)) tell(line);
    };
    const keys = textOption(input, 'keys');
    const expectedKeys = (address: GatewayAddress): readonly KeyPin[] =>
      keys === undefined ? [] : readExpectedKeys(keys, address);
    const log = createLog({ name: 'feed', level: 'warn' });
    const open =
      store === undefined
        ? watchFeed({ ...options, ...from, onEvent, log })
        : await Headquarters.open({ ...options, ...from, store, expectedKeys, onEvent, log });
    if (table && open instanceof Headquarters) changed = showDebts(input, open, tell);
    if (!input.signal.aborted) {
      await new Promise((resolve) => input.signal.addEventListener('abort', resolve, { once: true }));
    }
    await open.close();
    return exitCodes.ok;
  },
};

/** Shows what is owed now, then each minute and soon after each call of what it gives back. */
function showDebts(input: CommandInput, hq: Headquarters, tell: (line: string) => void): () => void {
  const show = (): void => {
    const shown = { ...hq.debts(), nowMs: wallTime() };
    if (input.json) tell(jsonText({ type: 'debts', ...shown }));
    else for (const line of [...debtTable(shown, input.language), '']) tell(line);
  };
  show();
  const each = setInterval(show, tableEveryMs);
  let soon: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(each);
    clearTimeout(soon);
  };
  input.signal.addEventListener('abort', stop, { once: true });
  if (input.signal.aborted) stop();
  return () => {
    if (soon !== undefined || input.signal.aborted) return;
    soon = setTimeout(() => {
      soon = undefined;
      show();
    }, tableAfterMs);
  };
}

/** Entries that say something of due footage. */
const footageCases: ReadonlySet<string> = new Set(['offloadReminded', 'offloadMissed', 'remoteWorkDeclared']);

function ofDebts(event: FeedEvent): boolean {
  if (event.type === 'debt') return true;
  if (event.type !== 'entry' || event.body === undefined) return false;
  return 'debt' in event.body.value || footageCases.has(event.body.case);
}

/** The chain in the store is whole all the same; a watcher comes back with --from. */
function lostLine(lines: number, { json, language }: CommandInput): string {
  if (json) return JSON.stringify({ type: 'lines-lost', lines });
  return language === 'en'
    ? `… ${lines} lines left out: the reader was too slow`
    : `… 读取过慢，略去 ${lines} 行`;
}
