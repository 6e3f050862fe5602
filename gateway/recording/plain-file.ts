// Opens what must be an ordinary file in a folder that somebody else may have filled: no link is followed out of it,
// and a pipe keeps nobody waiting. What is read from the file, and how much, is the caller's.
import { constants } from 'node:fs';
import fs from 'node:fs/promises';

/**
 * Open for reading; null when there is no ordinary file of that name. Rejects only when the disk does.
 * A Buffer names a file whose name is no UTF-8; `flags` are added to those of open(2), such as O_DIRECT.
 */
export async function openPlainFile(file: string | Buffer, flags = 0): Promise<fs.FileHandle | null> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // ELOOP: a link; ENXIO: a socket.
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(code)) return null;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return null;
}
