// Listing the clips of a card: all of them, broken ones too, and nothing that leads elsewhere.
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { maxDepth, scanClips } from '../../../../gateway/bodycam/copying/clip-scan.ts';
import { box, fullBox, u32 } from '../../../../protocols/mp4/box.ts';

const { signal } = new AbortController();
const whole = Buffer.concat([
  box('ftyp', Buffer.from('isom'), u32(0)),
  box('mdat', Buffer.alloc(100_000, 3)),
  box('moov', fullBox('mvhd', 0, 0, u32(3_797_000_000, 0, 1000, 61_500), Buffer.alloc(80))),
]);

t.test('E1: every clip of a card is listed, a broken one with what is wrong', async (t) => {
  const card = await folder(t);
  await fs.mkdir(path.join(card, 'DCIM', '100MEDIA'), { recursive: true });
  const put = (name: string, content: Buffer): Promise<void> => fs.writeFile(path.join(card, name), content);
  await put('DCIM/100MEDIA/MOV_0001.MP4', whole);
  await put('DCIM/100MEDIA/MOV_0002.MP4', whole.subarray(0, 50_000));
  await put('DCIM/100MEDIA/MOV_0003.mp4', Buffer.alloc(0));
  await put('DCIM/PIC.JPG', Buffer.from('ffd8', 'hex'));
  await put('DCIM/Thumbs.db', Buffer.alloc(9));
  await put('firmware.bin', Buffer.alloc(9));
  await fs.writeFile(
    Buffer.concat([Buffer.from(`${card}/`), Buffer.from([0xff, 0x2e, 0x6d, 0x70, 0x34])]),
    whole,
  );
  await fs.utimes(path.join(card, 'DCIM/PIC.JPG'), 1_700_000_000, 1_700_000_002);
  const { clips, faults, passedBy, others } = await scanClips(card, signal);
  t.same(faults, []);
  t.equal(others, 2);
  t.equal(passedBy, 0);
  const found = new Map(clips.map((clip) => [clip.path.toString('latin1'), clip]));
  t.same([...found.keys()].toSorted(), [
    'DCIM/100MEDIA/MOV_0001.MP4',
    'DCIM/100MEDIA/MOV_0002.MP4',
    'DCIM/100MEDIA/MOV_0003.mp4',
    'DCIM/PIC.JPG',
    '\u00ff.mp4',
  ]);
  const boxes = { fault: null, durationMs: 61_500, createdMs: (3_797_000_000 - 2_082_844_800) * 1000 };
  t.match(found.get('DCIM/100MEDIA/MOV_0001.MP4'), { bytes: whole.length, boxes, unread: null });
  t.match(found.get('DCIM/100MEDIA/MOV_0002.MP4'), { bytes: 50_000, boxes: { fault: 'no-moov' } });
  t.match(found.get('DCIM/100MEDIA/MOV_0003.mp4'), { bytes: 0, boxes: { fault: 'not-mp4' } });
  t.match(found.get('DCIM/PIC.JPG'), { bytes: 2, modifiedMs: 1_700_000_002_000, boxes: null });
});

t.test(
  'links, pipes and folders without end are not followed, and the scan says what it did not see',
  async (t) => {
    const card = await folder(t);
    const outside = await folder(t);
    await fs.writeFile(path.join(outside, 'a.mp4'), whole);
    await fs.symlink(outside, path.join(card, 'out'));
    await fs.symlink(path.join(outside, 'a.mp4'), path.join(card, 'a.mp4'));
    await fs.symlink('.', path.join(card, 'loop'));
    execFileSync('mkfifo', [path.join(card, 'pipe.mp4')]);
    await fs.mkdir(path.join(card, ...Array.from({ length: maxDepth + 2 }, () => 'd')), { recursive: true });
    const { clips, faults, passedBy } = await scanClips(card, signal);
    t.same(clips, []);
    t.equal(passedBy, 4);
    t.match(faults, [{ why: 'too deep' }]);
  },
);

t.test('a volume that is not there is a fault and no empty card', async (t) => {
  const card = await folder(t);
  t.match(await scanClips(path.join(card, 'none'), signal), { clips: [], faults: [{ why: 'ENOENT' }] });
  await fs.writeFile(path.join(card, 'a.mp4'), whole);
  t.match(await scanClips(card, AbortSignal.abort()), { clips: [], faults: [{ why: 'stopped' }] });
});

async function folder(t: Test): Promise<string> {
  const made = await fs.mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => fs.rm(made, { recursive: true, force: true }));
  return made;
}
