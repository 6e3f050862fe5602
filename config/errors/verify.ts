import type { ErrorText } from '../errors.ts';

export const verifyErrors = {} as const satisfies Record<string, ErrorText>;
