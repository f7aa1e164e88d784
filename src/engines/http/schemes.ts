/** The address schemes of an engine that is reached over HTTP. */
import type { Engine } from '../../control-plane/engine.ts';

export const HTTP_SCHEMES: Engine['addresses']['schemes'] = {
  https: { isPlain: false, hasPath: true },
  http: { isPlain: true, hasPath: true },
};
