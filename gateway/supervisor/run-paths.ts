// Where the processes of one `liuhen run` meet, below the data folder.
import path from 'node:path';

export interface RunPaths {
  /** Mode 0700. */
  readonly folder: string;
  /** The recorder listens here. */
  readonly recorderSocket: string;
  /** Control listens here for the command line. */
  readonly controlSocket: string;
}

/** The run folder of a data folder and what lies in it. */
export function runPaths(dataFolder: string): RunPaths {
  const folder = path.join(dataFolder, 'run');
  return {
    folder,
    recorderSocket: path.join(folder, 'recorder.sock'),
    controlSocket: path.join(folder, 'control.sock'),
  };
}
