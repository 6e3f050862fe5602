// What a sequence parameter set tells the recorder, for both codecs.
import { LiuhenError } from '../../config/errors.ts';
import { BitReaderEnd } from './bit-reader.ts';

export interface SpsInfo {
  readonly id: number;
  /** Pixels after cropping. */
  readonly width: number;
  readonly height: number;
  /** Frames that may precede another in decoding order and follow it in output order. */
  readonly reorderDepth: number;
}

/** Pixels on a side: above level 6.2 of either codec. */
export const maxPictureSide = 16384;

/** Runs a parameter set reader; whatever goes wrong in it becomes PARAMETER_SET_BAD. */
export function readParameterSet<Result>(codec: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof BitReaderEnd)
      throw new LiuhenError('PARAMETER_SET_BAD', { codec, why: error.message }, { cause: error });
    throw error;
  }
}

export function badParameterSet(codec: string, why: string): LiuhenError {
  return new LiuhenError('PARAMETER_SET_BAD', { codec, why });
}

/** Throws PARAMETER_SET_BAD unless both sides are 1 to maxPictureSide. */
export function checkedSize(codec: string, width: number, height: number): void {
  if (!(width >= 1 && width <= maxPictureSide && height >= 1 && height <= maxPictureSide))
    throw badParameterSet(codec, `a picture of ${width} × ${height}`);
}
