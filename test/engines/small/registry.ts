/** The registry of a program that knows the small engine alone. */
import { SMALL } from './engine.ts';

export const ENGINES = [SMALL] as const;
