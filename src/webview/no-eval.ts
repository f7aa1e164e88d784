/** Must be imported before any schema is made: the page forbids `eval`, and zod would otherwise try to use it. */
import * as z from 'zod/mini';

z.config({ jitless: true });
