// The feed's lines for people: the words of the dictionaries where there are some.
import t from 'tap';
import { feedLine } from '../../headquarters/feed-lines.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import type { Body } from '../../protocols/hq/messages.ts';

function entry(body: Body): FeedEvent {
  const empty = new Uint8Array();
  return {
    type: 'entry',
    address: { agency: 'a', site: 's', gateway: 'g' },
    header: { gateway: 'g', epoch: 1n, seq: 7n, wallMs: 0n, monoUs: 0n, previous: empty, bodyHash: empty },
    body,
  };
}

t.test('what a camera says of itself is told in the words of each language', async (t) => {
  const value = {
    camera: 'hall',
    topic: 'signal-lost',
    detail: 'tns1:VideoSource/SignalLoss',
    state: 'began',
  };
  const event = entry({ case: 'cameraHint', value });
  t.equal(
    feedLine(event, 'zh-CN'),
    '1970-01-01T00:00:00.000Z a/s/g #7 cameraHint camera=hall topic=摄像机提示：视频信号丢失 detail=tns1:VideoSource/SignalLoss state=began',
  );
  t.match(feedLine(event, 'en'), 'topic=camera says its video signal is lost');
  const newer = entry({ case: 'cameraHint', value: { ...value, topic: 'on-fire' } });
  t.match(feedLine(newer, 'en'), 'topic=on-fire');
});

t.test(
  'B1: how people were told is in the words of each language, and no level where none was measured',
  async (t) => {
    const at = { wallMs: 0n, monoUs: 0n };
    const value = {
      session: 's1',
      what: 'notice',
      wordingSha256: new Uint8Array(32),
      text: '为保护您的合法权益',
      words: 'pack',
      how: 'shown',
      by: '',
      fault: 'no-player',
      from: at,
      to: at,
      article: 'HY 12',
      audible: 'unknown',
      quietDb: 0,
      heardDb: 0,
    };
    const event = entry({ case: 'noticeGiven', value });
    t.match(
      feedLine(event, 'zh-CN'),
      /#7 noticeGiven session=s1 what=告知 text=为保护您的合法权益 words=制度规定用语 how=仅显示 fault=设备上没有播放程序 article=HY 12 audible=未测量$/,
    );
    t.match(feedLine(event, 'en'), 'how=shown only fault=no player on the box');
    const heard = entry({
      case: 'noticeGiven',
      value: { ...value, audible: 'yes', quietDb: -60, heardDb: -25 },
    });
    t.match(feedLine(heard, 'en'), /audible=heard by the microphone quietDb=-60 heardDb=-25$/);
  },
);

t.test('C3, C4: an interruption and what is owed are told in the words of both languages', async (t) => {
  const at = { wallMs: 1_790_000_000_000n, monoUs: 1n };
  const session = 's1';
  const began = entry({
    case: 'interruptionBegan',
    value: { session, cause: '', by: '', how: 'detected', from: at, article: 'JZ 11' },
  });
  t.match(feedLine(began, 'zh-CN'), /#7 interruptionBegan session=s1 how=自动发现：无画面 article=JZ 11$/);
  t.match(feedLine(began, 'en'), 'how=detected: no pictures');
  const ended = entry({
    case: 'interruptionEnded',
    value: {
      session,
      cause: 'device-fault',
      text: '电源',
      by: '张三',
      to: at,
      spoken: true,
      article: 'JZ 11',
      outcome: 'cannot-go-on',
    },
  });
  t.match(
    feedLine(ended, 'zh-CN'),
    /cause=设备故障 text=电源 by=张三 spoken=true article=JZ 11 outcome=确实无法继续记录$/,
  );
  t.match(feedLine(ended, 'en'), /cause=device fault .*outcome=cannot go on$/);
  const debt = (name: string) =>
    feedLine(entry({ case: 'debtMissed', value: { session, debt: name, article: 'JZ 11' } }), 'zh-CN');
  t.match(debt('written-explanation'), 'debt=书面说明情况');
  t.match(debt('case-number'), 'debt=案号');
  t.match(debt('of-tomorrow'), 'debt=of-tomorrow', 'what it does not know is told as it is');
});

t.test('D5: a check before use is told by what is not in order, in the words of each language', async (t) => {
  const item = { item: 'clock', device: '', result: 'ok', finding: '', detail: '', article: '' };
  const value = {
    room: 'talk',
    session: 's1',
    at: { wallMs: 0n, monoUs: 0n },
    by: 'clerk',
    items: [
      item,
      { ...item, item: 'camera-up', device: 'left', result: 'fault', finding: 'camera-unreachable' },
      { ...item, item: 'dock', result: 'unknown', finding: 'of-another-version' },
    ],
    mayStart: true,
    startArticle: 'ZZ 52',
    urgent: false,
    outOfUse: ['left'],
  };
  const event = entry({ case: 'checkedBeforeUse', value });
  t.match(
    feedLine(event, 'zh-CN'),
    /room=talk session=s1 by=clerk mayStart=true startArticle=ZZ 52 urgent=false outOfUse=left faults=连接不上摄像机 \(left\) notKnown=of-another-version$/,
  );
  t.match(feedLine(event, 'en'), 'faults=the camera is not reached (left)');
});

t.test('other entries are told as they are', async (t) => {
  const event = entry({ case: 'recorderLost', value: { why: 'killed' } });
  t.match(feedLine(event, 'zh-CN'), /#7 recorderLost why=killed$/);
});

t.test(
  'what a box wrote cannot speak to the terminal, nor stop the feed with a time that is none',
  async (t) => {
    const speaking = entry({ case: 'recorderLost', value: { why: 'gone\u001b[2J\r#8 all is well' } });
    t.match(feedLine(speaking, 'en'), /why=gone\?\[2J\?#8 all is well$/);
    t.notOk(/\p{Cc}/u.test(feedLine(speaking, 'en')));
    if (speaking.type !== 'entry') return;
    const late = { ...speaking, header: { ...speaking.header, wallMs: 2n ** 62n } };
    t.match(feedLine(late, 'en'), /^4611686018427387904ms a\/s\/g #7 /);
  },
);

t.test('an alarm of before a restart says since when', async (t) => {
  const address = { agency: 'a', site: 's', gateway: 'g' };
  const fault: FeedEvent = { type: 'fault', address, fault: 'fork', seq: 3n, sinceMs: 0 };
  t.match(feedLine(fault, 'en'), /#3 ALARM fork: .* \(1970-01-01T00:00:00\.000Z\)$/);
});

t.test('what a command came to is in the words of each language, with its own times', async (t) => {
  const value = {
    id: 'c-1',
    what: 'open',
    by: '值班员',
    room: 'talk',
    outcome: 'cut-off',
    code: 'HQ_COMMAND_CUT_OFF',
    why: '',
    session: '',
    booking: '',
    issuedWallMs: 1000n,
    expiresWallMs: 61_000n,
    commandSha256: new Uint8Array(32),
  };
  const event = entry({ case: 'commandTaken', value });
  t.match(
    feedLine(event, 'zh-CN'),
    /#7 commandTaken id=c-1 what=open by=值班员 room=talk outcome=网关在执行前停止，未作任何更改 code=HQ_COMMAND_CUT_OFF issued=1970-01-01T00:00:01.000Z expires=1970-01-01T00:01:01.000Z$/,
  );
  t.match(feedLine(event, 'en'), 'outcome=the box ended before it did anything');
  const unread = entry({ case: 'commandTaken', value: { ...value, issuedWallMs: 0n, outcome: 'newer' } });
  t.match(feedLine(unread, 'en'), /outcome=newer code=HQ_COMMAND_CUT_OFF$/);
});
