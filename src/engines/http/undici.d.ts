/**
 * The three files of undici 7 that `http.ts` uses, as far as it uses them. undici's entry file sets a global dispatcher
 * that other extensions in the same host would share; these files do not.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import type buildConnector from 'undici/lib/core/connect.js';

  namespace Client {
    interface Options {
      readonly pipelining: number;
      readonly maxHeaderSize: number;
      readonly maxResponseSize: number;
      readonly headersTimeout: number;
      readonly bodyTimeout: number;
      readonly connect: buildConnector.Connector;
    }
  }

  class Client {
    constructor(origin: string, options: Client.Options);
    destroy(reason: Error): Promise<void>;
    on(event: 'connect', listener: () => void): this;
    on(
      event: 'disconnect' | 'connectionError',
      listener: (origin: URL, targets: readonly Client[], reason: Error) => void,
    ): this;
  }
  export = Client;
}

declare module 'undici/lib/core/connect.js' {
  import type { Socket } from 'node:net';
  import type { SecureContext } from 'node:tls';

  namespace buildConnector {
    interface Options {
      readonly timeout: number;
      readonly maxCachedSessions: number;
      readonly allowH2: false;
      readonly rejectUnauthorized: true;
      readonly secureContext?: SecureContext;
      readonly ca?: string;
      readonly servername?: string;
    }
    /** The target of a connection; the client passes it, and it is handed on unchanged. */
    type Target = Readonly<Record<string, unknown>>;
    type Connector = (to: Target, done: (error: Error | null, socket?: Socket) => void) => unknown;
  }

  function buildConnector(options: buildConnector.Options): buildConnector.Connector;
  export = buildConnector;
}

declare module 'undici/lib/api/api-request.js' {
  import type Client from 'undici/lib/dispatcher/client.js';
  import type { Readable } from 'node:stream';

  namespace request {
    interface Options {
      readonly path: string;
      readonly method: 'GET' | 'POST';
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
      readonly reset: true;
    }
    interface Response {
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly body: Readable;
    }
  }

  function request(this: Client, options: request.Options): Promise<request.Response>;
  export = request;
}
