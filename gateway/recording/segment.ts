// One segment of a camera while it is recorded: its writer, its time line, and what the journal is told of it.
import { monotonicTime, wallTime } from '../../config/clock.ts';
import type { Track } from '../../protocols/media/track.ts';
import type { HeldFrame } from './held-frame.ts';
import type { PartAssembler } from './part-assembler.ts';
import type { At, JournalFact } from './recorder-protocol.ts';
import type { Seal, SegmentWriter } from './segment-writer.ts';

export interface Segment {
  readonly writer: SegmentWriter;
  readonly assembler: PartAssembler;
  readonly file: string;
  readonly first: At;
  last: At;
  frames: { video: number; audio: number };
  /** Its first part is synced. */
  durable: boolean;
  /** It begins where another one ends: sound from before it is missing when no file takes it. */
  readonly follows: boolean;
  /** Of `#interruptions`: what an older segment still writes does not end a later gap. */
  readonly interruptions: number;
}

export function openedFact(camera: string, { file, first }: Segment, tracks: readonly Track[]): JournalFact {
  return {
    type: 'segment-opened',
    camera,
    file,
    tracks: tracks.map((track) => ({
      kind: track.kind,
      codec: track.codec,
      ...(track.kind === 'video' ? { width: track.width, height: track.height } : {}),
    })),
    first,
  };
}

export function sealedFact(camera: string, { frames, first, last }: Segment, seal: Seal): JournalFact {
  return { type: 'segment-sealed', camera, ...seal, frames, first, last };
}

export function nowAt(): At {
  return { wallMs: wallTime(), monoMs: monotonicTime() };
}

export function arrival({ frame }: HeldFrame): At {
  return { wallMs: frame.arrivalWallMs, monoMs: frame.arrivalMonoMs };
}
