// Messages as RFC 2326 §6 and §10 show them, and that no value breaks out of its line.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { Headers } from '../../../protocols/rtsp/headers.ts';
import {
  encodeInterleaved,
  encodeRequest,
  encodeResponse,
  type RtspMessage,
} from '../../../protocols/rtsp/message.ts';
import { RtspParser } from '../../../protocols/rtsp/parser.ts';

function read(bytes: Buffer): RtspMessage[] {
  const messages: RtspMessage[] = [];
  new RtspParser({
    onMessage: (message) => messages.push(message),
    onInterleaved: () => undefined,
    onJunk: () => undefined,
  }).push(bytes);
  return messages;
}

t.test('the request of RFC 2326 §10.2', async (t) => {
  const bytes = encodeRequest({
    method: 'DESCRIBE',
    uri: 'rtsp://server.example.com/fizzle/foo',
    headers: { CSeq: '312', Accept: 'application/sdp' },
  });
  t.equal(
    bytes.toString(),
    'DESCRIBE rtsp://server.example.com/fizzle/foo RTSP/1.0\r\nCSeq: 312\r\nAccept: application/sdp\r\n\r\n',
  );
});

t.test('a reply with a body says how long it is', async (t) => {
  const bytes = encodeResponse({ status: 200, headers: { CSeq: '1' }, body: Buffer.from('v=0\r\n') });
  t.equal(bytes.toString(), 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n');
});

t.test('an interleaved frame has the head of RFC 2326 §10.12', async (t) => {
  t.equal(encodeInterleaved(1, Buffer.from('8081', 'hex')).toString('hex'), '240100028081');
  t.throws(() => encodeInterleaved(0, Buffer.alloc(65_536)), { code: 'RTSP_TOO_LARGE' });
});

t.test('headers are found in any case, several of one name too, and folded lines are joined', async (t) => {
  const [message] = read(
    Buffer.from(
      'RTSP/1.0 401 Unauthorized\r\nwww-authenticate: Basic a\r\nWWW-Authenticate: Digest b,\r\n\tc\r\n\r\n',
    ),
  );
  t.same(message?.headers.all('Www-Authenticate'), ['Basic a', 'Digest b, c']);
  t.equal(new Headers({ A: '1', B: undefined }).count, 1);
});

t.test('whatever a value holds, one request stays one request', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (value, name, uri) => {
      try {
        const messages = read(encodeRequest({ method: 'OPTIONS', uri, headers: { [name]: value } }));
        return messages.length === 1 && messages[0]?.kind === 'request' && messages[0].uri === uri;
      } catch (error) {
        return isLiuhenError(error, 'RTSP_BAD_MESSAGE', 'RTSP_TOO_LARGE');
      }
    }),
    { numRuns: 500 },
  );
});
