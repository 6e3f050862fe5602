// Firmata's bytes as a table (from protocol.md of Firmata 2.5), and whatever else may come over a line.
import fc from 'fast-check';
import t from 'tap';
import {
  encodeFirmata,
  FirmataReader,
  maxSysexBytes,
  readTextData,
  textData,
  type FirmataMessage,
} from '../../../protocols/firmata/message.ts';

const table: readonly [bytes: number[], message: FirmataMessage, from: 'host' | 'board'][] = [
  [[0x91, 0x7f, 0x01], { what: 'digital', port: 1, bits: 0xff }, 'board'],
  [[0xe2, 0x7f, 0x07], { what: 'analog', pin: 2, value: 1023 }, 'board'],
  [[0xc5, 0x01], { what: 'report-analog', pin: 5, on: true }, 'host'],
  [[0xd0, 0x00], { what: 'report-digital', port: 0, on: false }, 'host'],
  [[0xf4, 0x0d, 0x01], { what: 'pin-mode', pin: 13, mode: 1 }, 'host'],
  [[0xf5, 0x0d, 0x01], { what: 'digital-pin', pin: 13, high: true }, 'host'],
  [[0xf9], { what: 'version-query' }, 'host'],
  [[0xf9, 0x02, 0x05], { what: 'version', major: 2, minor: 5 }, 'board'],
  [[0xff], { what: 'reset' }, 'host'],
  [[0xf0, 0x6b, 0xf7], { what: 'sysex', command: 0x6b, data: [] }, 'host'],
  [[0xf0, 0x7a, 0x13, 0x00, 0xf7], { what: 'sysex', command: 0x7a, data: [0x13, 0] }, 'host'],
];
t.test('each message is its bytes, and its bytes are the message', async (t) => {
  for (const [bytes, message, from] of table) {
    t.same([...encodeFirmata(message)], bytes, message.what);
    t.same(new FirmataReader(from).push(Uint8Array.from(bytes)), [message]);
    const slow = new FirmataReader(from);
    t.same(
      bytes.flatMap((byte) => slow.push(Uint8Array.of(byte))),
      [message],
      'byte by byte',
    );
  }
});

t.test('a line that lost bytes recovers with the next command', async (t) => {
  const reader = new FirmataReader('board');
  t.same(reader.push(Uint8Array.of(0x05, 0x91, 0x7f, 0x91, 0x01, 0x00)), [
    { what: 'digital', port: 1, bits: 1 },
  ]);
  t.equal(reader.skipped, 3);
  t.same(reader.push(Uint8Array.of(0xf0, 0x71, 0x41, 0xf9, 0x02, 0x05)), [
    { what: 'version', major: 2, minor: 5 },
  ]);
});

t.test('a system exclusive message without end is let go', async (t) => {
  const reader = new FirmataReader('board');
  t.same(reader.push(Uint8Array.of(0xf0)), []);
  t.same(reader.push(new Uint8Array(10 * maxSysexBytes)), []);
  t.ok(reader.skipped >= 10 * maxSysexBytes);
  t.same(reader.push(Uint8Array.of(0xf7, 0xff)), [{ what: 'reset' }]);
});

t.test('text travels in septets', async (t) => {
  t.equal(readTextData(textData('StandardFirmata.ino')), 'StandardFirmata.ino');
  t.same(textData('é'), [0x69, 0x01]);
});

t.test('a value that does not fit is refused by name', async (t) => {
  for (const message of [
    { what: 'digital', port: 16, bits: 0 },
    { what: 'analog', pin: 0, value: 0x4000 },
    { what: 'pin-mode', pin: 128, mode: 0 },
    { what: 'sysex', command: 0x71, data: [128] },
    { what: 'sysex', command: 0x71, data: Array<number>(maxSysexBytes + 1).fill(0) },
  ] as const)
    t.throws(() => encodeFirmata(message), { code: 'FIRMATA_VALUE' });
});

t.test('whatever comes, reading it ends, holds little, and finds the message behind a reset', async (t) => {
  const holds = fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
    const reader = new FirmataReader('board');
    for (const chunk of chunks) reader.push(chunk);
    const [, last] = [reader.push(Uint8Array.of(0xff)), reader.push(Uint8Array.of(0xe0, 1, 1))];
    return last.length === 1 && last[0]?.what === 'analog';
  });
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }));
});
