/** The engines, in the order in which they are offered; the first one is the default. */
import type { EngineAdapter } from './adapter.ts';
import { AERODB } from './aerodb/engine.ts';
import { MYSQL } from './mysql/engine.ts';
import { PATRONI } from './patroni/engine.ts';

export const ENGINES = [AERODB, PATRONI, MYSQL] as const satisfies readonly EngineAdapter[];
