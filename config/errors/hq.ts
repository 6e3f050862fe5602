import type { ErrorText } from '../errors.ts';

export const hqErrors = {} as const satisfies Record<string, ErrorText>;
