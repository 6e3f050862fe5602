import type { ErrorText } from '../errors.ts';

export const cameraErrors = {} as const satisfies Record<string, ErrorText>;
