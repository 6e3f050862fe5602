// Digest and basic logins against the worked examples of RFC 2617 §3.5, RFC 7616 §3.9.1 and RFC 7617 §2.
import t from 'tap';
import { authorization, chooseChallenge, type Challenge } from '../../../protocols/rtsp/digest.ts';

function chosen(...headers: string[]): Challenge {
  const challenge = chooseChallenge(headers);
  if (challenge === null) throw new Error('no challenge was chosen');
  return challenge;
}

const get = { method: 'GET', uri: '/dir/index.html', username: 'Mufasa', count: 1 };

t.test('RFC 2617 §3.5', async (t) => {
  const challenge = chosen(
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  const value = authorization(challenge, { ...get, password: 'Circle Of Life', clientNonce: '0a4f113b' });
  t.match(value, /response="6629fae49393a05397450978507c4ef1"/);
  t.match(value, /opaque="5ccc069c403ebaf9f0171e9517f40e41"/);
  t.match(value, /qop=auth, nc=00000001, cnonce="0a4f113b"/);
});

// RFC 7616 §3.9.1: the server offers both, SHA-256 first.
const common =
  'realm="http-auth@example.org", qop="auth, auth-int", %, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const offered = ['SHA-256', 'MD5'].map((name) => `Digest ${common.replace('%', `algorithm=${name}`)}`);
const example = {
  ...get,
  password: 'Circle of Life',
  clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

t.test('RFC 7616 §3.9.1 with MD5', async (t) => {
  t.match(authorization(chosen(offered[1] ?? ''), example), /response="8ca523f5e9506fed4657c9700eebdbec"/);
});

t.test('RFC 7616 §3.9.1 with SHA-256, which is chosen when both are offered, in any order', async (t) => {
  for (const headers of [offered, offered.toReversed(), [offered.toReversed().join(', ')]]) {
    const challenge = chosen(...headers);
    t.equal(challenge.algorithm, 'SHA-256');
    t.match(
      authorization(challenge, example),
      /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/,
    );
  }
});

t.test('basic (RFC 7617 §2) is taken only when no digest is offered', async (t) => {
  const basic = 'Basic realm="WallyWorld"';
  const request = { ...get, username: 'Aladdin', password: 'open sesame', clientNonce: '' };
  t.equal(authorization(chosen(basic), request), 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  t.equal(chosen(basic, 'Digest realm="a", nonce="b"').scheme, 'digest');
});

t.test('stale is read in any case, and what cannot be answered is passed over', async (t) => {
  t.equal(chosen('Digest realm="a", nonce="b", stale=TRUE').stale, true);
  t.equal(chosen('Digest realm="a", nonce="b", stale="true"').stale, true);
  t.equal(chosen('Digest realm="a", nonce="b"').stale, false);
  t.equal(chooseChallenge(['Digest realm="a", nonce="b", algorithm=SHA-512-256']), null);
  t.equal(chooseChallenge(['Digest realm="a", nonce="b", qop="auth-int"']), null);
  t.equal(chooseChallenge(['Negotiate', '']), null);
});

t.test('a quote or a line end in a value cannot break out of the header', async (t) => {
  const value = authorization(chosen('Digest realm="a\\"b", nonce="n"'), {
    ...example,
    username: 'x"\r\nEvil: 1',
  });
  t.notMatch(value, /[\r\n]/);
  t.match(value, /username="x\\"Evil: 1", realm="a\\"b"/);
});
