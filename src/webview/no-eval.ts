/** Imported before any schema is made: the page forbids `eval`, and the library would try whether it does. */
import * as z from 'zod/mini';

z.config({ jitless: true });
