// What must never be read in a log, an error, a process list or the feed.
import t from 'tap';
import { redact } from '../../config/redact.ts';

const rows: readonly [what: string, text: string, redacted: string][] = [
  ['user info of a URL', 'open rtsp://admin:s3cret@10.0.0.5/live', 'open rtsp://***@10.0.0.5/live'],
  [
    'a login in the query',
    'rtsp://10.0.0.5/live?user=admin&password=s3cret&ch=1',
    'rtsp://10.0.0.5/live?user=***&password=***&ch=1',
  ],
  ['an Authorization header', 'Authorization: Digest username="a", response="b"', 'Authorization: ***'],
  [
    'a WS-Security password',
    '<wsse:Password Type="x">s3cret</wsse:Password>',
    '<wsse:Password Type="x">***</wsse:Password>',
  ],
  ['nothing of the kind', 'camera a at rtsp://10.0.0.5/live?ch=1', 'camera a at rtsp://10.0.0.5/live?ch=1'],
];

for (const [what, text, redacted] of rows) {
  t.test(`${what} is ${text === redacted ? 'left as it is' : 'taken out'}`, (t) => {
    t.equal(redact(text), redacted);
    t.end();
  });
}
