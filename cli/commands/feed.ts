// `liuhen feed`: headquarters' live feed as lines or JSON. With --store it keeps the chain and sends receipts;
// without, it only looks on.
import { createLog } from '../../config/log.ts';
import { readExpectedKeys } from '../../headquarters/expected-keys.ts';
import { feedJson, feedLine } from '../../headquarters/feed-lines.ts';
import { watchFeed } from '../../headquarters/feed-watch.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import type { KeyPin } from '../../headquarters/key-pin.ts';
import type { GatewayAddress } from '../../protocols/hq/topics.ts';
import { boundedLines } from '../bounded-lines.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { brokerConnection, brokerOption, tlsOptions } from './broker-options.ts';
import { textOption } from './control-socket.ts';

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
    const onEvent = (event: FeedEvent): void => {
      tell(input.json ? feedJson(event) : feedLine(event, input.language));
    };
    const store = textOption(input, 'store');
    const keys = textOption(input, 'keys');
    const expectedKeys = (address: GatewayAddress): readonly KeyPin[] =>
      keys === undefined ? [] : readExpectedKeys(keys, address);
    const log = createLog({ name: 'feed', level: 'warn' });
    const open =
      store === undefined
        ? watchFeed({ ...options, ...from, onEvent, log })
        : await Headquarters.open({ ...options, ...from, store, expectedKeys, onEvent, log });
    if (!input.signal.aborted) {
      await new Promise((resolve) => input.signal.addEventListener('abort', resolve, { once: true }));
    }
    await open.close();
    return exitCodes.ok;
  },
};

/** The chain in the store is whole all the same; a watcher comes back with --from. */
function lostLine(lines: number, { json, language }: CommandInput): string {
  if (json) return JSON.stringify({ type: 'lines-lost', lines });
  return language === 'en'
    ? `… ${lines} lines left out: the reader was too slow`
    : `… 读取过慢，略去 ${lines} 行`;
}
