// The strict reader and the token, against published values and hostile text.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { Secret } from '../../../config/secret.ts';
import { maxDepth, maxEnvelopeChars } from '../../../protocols/onvif/limits.ts';
import { buildEnvelope, children, readEnvelope, text } from '../../../protocols/onvif/soap.ts';
import { passwordDigest, usernameToken } from '../../../protocols/onvif/username-token.ts';

const unreadable = { code: 'ONVIF_REPLY_UNREADABLE' };

t.test("the digest is the one in ONVIF's Application Programmer's Guide", (t) => {
  const nonce = Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64');
  t.equal(passwordDigest(nonce, '2010-09-16T07:50:45Z', 'userpassword'), 'tuOSpGlFlIXsozq4HFNeeGeFLEI=');
  t.end();
});

t.test('a token never carries the password and escapes the name', (t) => {
  const token = usernameToken({ username: 'a<b&', password: new Secret('hunter-22') }, Buffer.alloc(16), 0);
  t.notMatch(token, /hunter-22/);
  t.match(token, '<w:Username>a&lt;b&amp;</w:Username>');
  t.end();
});

t.test('tokens and versions that look like numbers stay text, and one profile is still a list', (t) => {
  const reply = readEnvelope(buildEnvelope('<R><Profiles token="007"><Name>2.10</Name></Profiles></R>'), 'R');
  const [profile] = children(reply, 'Profiles');
  t.equal(text(profile, '@token'), '007');
  t.equal(text(profile, 'Name'), '2.10');
  t.end();
});

t.test('a NotAuthorized fault is told from every other fault', (t) => {
  const fault = (sub: string) =>
    buildEnvelope(
      `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${sub}</s:Value></s:Subcode></s:Code></s:Fault>`,
    );
  t.throws(() => readEnvelope(fault('ter:NotAuthorized'), 'R'), { code: 'ONVIF_NOT_AUTHORIZED' });
  t.throws(() => readEnvelope(fault('ter:ActionNotSupported'), 'R'), { code: 'ONVIF_FAULT' });
  t.end();
});

for (const [what, xml] of [
  ['nothing', ''],
  ['a web page', '<html><body>hello</body></html>'],
  ['half an envelope', buildEnvelope('<R/>').slice(0, -9)],
  ['a document type', buildEnvelope('<R><a>&b;</a></R>').replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>')],
  ['elements too deep', buildEnvelope(`<R>${'<a>'.repeat(maxDepth)}${'</a>'.repeat(maxDepth)}</R>`)],
  ['depth that hides', buildEnvelope(`<R>${'<a b="/>">'.repeat(maxDepth)}${'</a>'.repeat(maxDepth)}</R>`)],
  ['megabytes', buildEnvelope(' '.repeat(maxEnvelopeChars))],
  ['another answer', buildEnvelope('<Other/>')],
] as const) {
  t.test(`${what} instead of an answer is a named error`, (t) => {
    t.throws(() => readEnvelope(xml, 'R'), unreadable);
    t.end();
  });
}

t.test('any damage to an envelope is an answer or a named error', (t) => {
  const good = buildEnvelope('<R><Profiles token="1">&amp;<![CDATA[x]]></Profiles></R>');
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(20), fc.string(), (at, cut, junk) => {
      try {
        readEnvelope(good.slice(0, at) + junk + good.slice(at + cut), 'R');
      } catch (error) {
        if (!isLiuhenError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
  t.end();
});
