// The init section of a fragmented MP4: `ftyp` and a `moov` without samples (ISO/IEC 14496-12 §8.8).
import type { Track } from '../media/track.ts';
import { box, fullBox, u16, u32 } from './box.ts';
import { sampleEntry } from './sample-entries.ts';

const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** `ftyp` + `moov` for tracks 1…n in the order given; each track's time scale is its clock rate. */
export function encodeInit(tracks: readonly Track[]): Buffer {
  return Buffer.concat([
    box('ftyp', Buffer.from('iso5\0\0\x02\0iso5iso6mp41', 'latin1')),
    box(
      'moov',
      fullBox(
        'mvhd',
        0,
        0,
        u32(0, 0, 1000, 0, 0x10000),
        u16(0x100, 0),
        u32(0, 0),
        matrix,
        Buffer.alloc(24),
        u32(tracks.length + 1),
      ),
      ...tracks.map((track, index) => trak(track, index + 1)),
      box('mvex', ...tracks.map((_, index) => fullBox('trex', 0, 0, u32(index + 1, 1, 0, 0, 0)))),
    ),
  ]);
}

function trak(track: Track, id: number): Buffer {
  const video = track.kind === 'video';
  const size = video ? u32(track.width * 0x10000, track.height * 0x10000) : u32(0, 0);
  return box(
    'trak',
    // Flags: enabled, in movie, in preview.
    fullBox(
      'tkhd',
      0,
      7,
      u32(0, 0, id, 0, 0, 0, 0),
      u16(0, video ? 0 : 1, video ? 0 : 0x100, 0),
      matrix,
      size,
    ),
    box(
      'mdia',
      fullBox('mdhd', 0, 0, u32(0, 0, track.clockRate, 0), u16(0x55c4, 0)), // language 'und'
      fullBox(
        'hdlr',
        0,
        0,
        u32(0),
        Buffer.from(video ? 'vide' : 'soun'),
        Buffer.alloc(12),
        Buffer.from(video ? 'video\0' : 'sound\0'),
      ),
      box(
        'minf',
        video ? fullBox('vmhd', 0, 1, Buffer.alloc(8)) : fullBox('smhd', 0, 0, u32(0)),
        box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))),
        box(
          'stbl',
          fullBox('stsd', 0, 0, u32(1), sampleEntry(track)),
          fullBox('stts', 0, 0, u32(0)),
          fullBox('stsc', 0, 0, u32(0)),
          fullBox('stsz', 0, 0, u32(0, 0)),
          fullBox('stco', 0, 0, u32(0)),
        ),
      ),
    ),
  );
}
