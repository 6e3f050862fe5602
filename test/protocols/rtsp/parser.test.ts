// What arrives on an RTSP connection: messages, frames and junk, cut at any byte. Messages are those of RFC 2326.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { maxBodyBytes, maxHeaderBytes } from '../../../protocols/rtsp/limits.ts';
import { RtspParser } from '../../../protocols/rtsp/parser.ts';

/** RFC 2326 §10.4, with the line ends of the wire; §10.12 shows that frames come between messages. */
const setupReply =
  'RTSP/1.0 200 OK\r\nCSeq: 302\r\nDate: 23 Jan 1997 15:35:06 GMT\r\nSession: 47112344\r\n\r\n';
const rtp = (fill: number, length = 20): Buffer => {
  const frame = Buffer.alloc(4 + length, fill);
  frame.set([0x24, 0, length >> 8, length & 0xff, 0x80]);
  return frame;
};
const described = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n');

/**
 * The calls a stream of bytes makes, cut into pieces of the given sizes; with `room` bytes they come through one
 * shared buffer, behind that much room.
 */
function calls(bytes: Buffer, cuts: readonly number[], room?: number): string[] {
  const seen: string[] = [];
  const parser = new RtspParser({
    onInterleaved: (channel, data, from, to) =>
      seen.push(`frame ${channel} ${data.toString('hex', from, to)}`),
    onMessage: (message) =>
      seen.push(
        message.kind === 'response'
          ? `reply ${message.status} ${message.headers.get('cseq')} ${message.body.toString('hex')}`
          : `request ${message.method} ${message.uri}`,
      ),
    onJunk: (count) => seen.push(`junk ${count}`),
  });
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = Math.max(1, cuts.length === 0 ? bytes.length : (cuts[i % cuts.length] ?? 1));
    if (room === undefined) parser.push(bytes.subarray(at, at + size));
    else {
      const shared = Buffer.alloc(room + size, 0x24);
      const length = bytes.copy(shared, room, at, at + size);
      parser.pushWithRoom(shared, room, room + length);
      shared.fill(0xee); // the next read overwrites it
    }
    at += size;
  }
  return seen;
}

t.test('a reply, a frame and a request of the camera come in order', async (t) => {
  const bytes = Buffer.concat([
    Buffer.from(setupReply),
    rtp(7),
    Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
  ]);
  const seen = calls(bytes, []);
  t.equal(seen[0], 'reply 200 302 ');
  t.match(seen[1], /^frame 0 800707/);
  t.equal(seen[2], 'request OPTIONS *');
  t.equal(seen.length, 3);
});

const junk: Record<string, Buffer> = {
  'a line of text that is no RTSP': Buffer.from('HELLO there\r\n\r\n'),
  'a line of text right before a frame': Buffer.from('HELLO there\r\n'),
  'text that never ends its line': Buffer.from('OPTIONS is what I like'),
  'a status line without a number': Buffer.from('RTSP/1.0 what\r\n\r\n'),
  zeros: Buffer.alloc(100),
  'a dollar sign that begins no RTP': Buffer.from([0x24, 0, 0, 40, 1, 2, 3]),
};
for (const [name, bytes] of Object.entries(junk)) {
  t.test(`${name} between frames is counted as junk and the next frame is found`, async (t) => {
    const seen = calls(Buffer.concat([rtp(1), bytes, rtp(2), Buffer.from(setupReply)]), []);
    t.match(seen[0], /^frame 0 800101/);
    t.match(seen.at(-2), /^frame 0 800202/);
    t.equal(seen.at(-1), 'reply 200 302 ');
    const told = seen.filter((each) => each.startsWith('junk')).map((each) => Number(each.slice(5)));
    const sum = told.reduce((a, b) => a + b, 0);
    t.equal(sum, bytes.length);
  });
}

t.test('any split of a stream gives the same calls', async () => {
  const piece = fc.oneof(
    fc.constantFrom(Buffer.from(setupReply), described, ...Object.values(junk)),
    fc.integer({ min: 0, max: 255 }).map((fill) => rtp(fill, 4 + fill)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
      (pieces, cuts) => {
        const bytes = Buffer.concat([...pieces, rtp(9), Buffer.from(setupReply)]);
        const outcome = (sizes: readonly number[], room?: number): string => {
          try {
            return calls(bytes, sizes, room).join('\n');
          } catch (error) {
            if (!isLiuhenError(error, 'RTSP_TOO_LARGE', 'RTSP_BAD_MESSAGE')) throw error;
            return error.code;
          }
        };
        const whole = outcome([]);
        const split = [outcome(cuts), outcome([1]), outcome(cuts, 0), outcome(cuts, 30), outcome(cuts, 500)];
        return split.every((each) => each === whole);
      },
    ),
    { numRuns: 250 },
  );
});

t.test('random bytes never crash', async () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), (chunks) => {
      try {
        calls(Buffer.concat(chunks), [17]);
      } catch (error) {
        if (!isLiuhenError(error, 'RTSP_TOO_LARGE', 'RTSP_BAD_MESSAGE')) throw error;
      }
    }),
    { numRuns: 200 },
  );
});

const tooLarge: Record<string, Buffer> = {
  'a first line without an end': Buffer.from(`RTSP/1.0 200 ${'a'.repeat(maxHeaderBytes)}`),
  'a header without an end': Buffer.from(`RTSP/1.0 200 OK\r\nX: ${'a'.repeat(maxHeaderBytes)}`),
  'too many headers': Buffer.from(`RTSP/1.0 200 OK\r\n${'a:b\r\n'.repeat(101)}\r\n`),
  'a body over the limit': Buffer.from(`RTSP/1.0 200 OK\r\nContent-Length: ${maxBodyBytes + 1}\r\n\r\n`),
};
for (const [name, bytes] of Object.entries(tooLarge)) {
  t.test(`${name} is refused`, async (t) => {
    t.throws(() => calls(bytes, [1000]), { code: 'RTSP_TOO_LARGE' });
  });
}

t.test('a Content-Length that is no number is refused', async (t) => {
  t.throws(() => calls(Buffer.from('RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n'), []), {
    code: 'RTSP_BAD_MESSAGE',
  });
});
