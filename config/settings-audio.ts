// An audio output: a command or a device, for the box and for a room of its own. Playing is gateway/notice's.
import { about } from './settings-fields.ts';
import type { AudioOutput } from './settings-types.ts';
import { z } from './zod.ts';

export const audioSchema = z
  .strictObject({
    command: about(z.array(z.string().min(1).max(256)).min(1).max(16), {
      what: 'The command that plays a WAV file, whose path is put behind it.',
      range: 'the program and its arguments as a list, 1 to 16',
      why: 'Left out, the first of aplay, paplay and ffplay that is on the box is taken.',
    }).optional(),
    device: about(z.string().min(1).max(128), {
      what: 'The audio device on which aplay or paplay play.',
      range: '1 to 128 characters; not with command',
    }).optional(),
  })
  .refine(({ command, device }) => command === undefined || device === undefined);

/** The output of a room: it has to say which, otherwise it would be the box's. */
export const roomAudioSchema = audioSchema.refine(
  ({ command, device }) => command !== undefined || device !== undefined,
);

/** As checked, without what is left out. */
export function audioOf({ command, device }: z.infer<typeof audioSchema>): AudioOutput {
  return { ...(command === undefined ? {} : { command }), ...(device === undefined ? {} : { device }) };
}
