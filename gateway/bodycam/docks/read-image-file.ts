// A firmware image from the box's disk: an ordinary file of a bounded length, never a pipe or a device. What is in it is
// protocols/dock/firmware-file.ts's.
import path from 'node:path';
import { LiuhenError } from '../../../config/errors.ts';
import {
  maxFirmwareFileBytes,
  readFirmwareFile,
  type FirmwareFile,
} from '../../../protocols/dock/firmware-file.ts';
import { openPlainFile } from '../../recording/plain-file.ts';

/** Rejects with DOCK_IMAGE, which never says what another file holds. */
export async function readImageFile(file: string): Promise<FirmwareFile> {
  if (!path.isAbsolute(file)) throw unusable('image-path', 'its path must be absolute');
  let handle: Awaited<ReturnType<typeof openPlainFile>>;
  try {
    handle = await openPlainFile(Buffer.from(file));
  } catch (cause) {
    throw unusable('image-unread', `it cannot be opened (${codeOf(cause)})`, cause);
  }
  if (!handle) throw unusable('image-none', 'there is no ordinary file of that name');
  try {
    const { size } = await handle.stat();
    if (size > maxFirmwareFileBytes)
      throw unusable('image-lengths', `${size} bytes, at most ${maxFirmwareFileBytes}`);
    const bytes = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await handle.read(bytes, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return readFirmwareFile(bytes.subarray(0, length));
  } catch (cause) {
    if (cause instanceof LiuhenError) throw cause;
    throw unusable('image-unread', `it cannot be read (${codeOf(cause)})`, cause);
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** As in protocols/dock/firmware-file.ts. */
function unusable(detail: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('DOCK_IMAGE', { why, detail }, { cause });
}
