// WAV headers as programs write them, and as nobody should.
import t from 'tap';
import { wavLengthMs } from '../../../protocols/media/wav-length.ts';

/** 8 kHz, one channel, 16 bits: 16 000 bytes a second. */
function wav(dataSize: number, before: Buffer = Buffer.alloc(0)): Buffer {
  const fmt = Buffer.alloc(24);
  fmt.write('fmt ');
  fmt.writeUInt32LE(16, 4);
  fmt.writeUInt16LE(1, 8);
  fmt.writeUInt16LE(1, 10);
  fmt.writeUInt32LE(8000, 12);
  fmt.writeUInt32LE(16_000, 16);
  fmt.writeUInt16LE(2, 20);
  fmt.writeUInt16LE(16, 22);
  const data = Buffer.alloc(8);
  data.write('data');
  data.writeUInt32LE(dataSize, 4);
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), fmt, before, data]);
}

t.test('the length is that of the data, whatever chunks come before it', async (t) => {
  t.equal(wavLengthMs(wav(8000), 44 + 8000), 500);
  // An odd chunk is padded to an even place.
  const list = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
  t.equal(wavLengthMs(wav(8000, list), 44 + list.length + 8000), 500);
});

t.test('a length that the writer did not know, or that is not there, is the rest of the file', async (t) => {
  for (const size of [0, 0xffff_ffff, 16_000]) t.equal(wavLengthMs(wav(size), 44 + 4000), 250);
});

t.test('what is no WAV file, has no sound or is cut off has no length', async (t) => {
  const whole = wav(8000);
  t.equal(wavLengthMs(wav(0), 44), null);
  for (let end = 0; end < whole.length; end += 1) t.equal(wavLengthMs(whole.subarray(0, end), end), null);
  t.equal(wavLengthMs(Buffer.from('ID3 something else that is long enough'), 10_000), null);
});
