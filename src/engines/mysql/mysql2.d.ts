/** The part of mysql2 that `connection.ts` uses: mysql2's own types describe more than is bundled. */
declare module 'mysql2' {
  import type { EventEmitter } from 'node:events';

  /** A column of an answer; `columnType` and `characterSet` are numbers of the protocol. */
  export interface Column {
    readonly name: string;
    readonly columnType: number;
    readonly characterSet: number;
  }

  export interface Options {
    /** The stream that mysql2 uses as its socket. */
    readonly stream: () => EventEmitter;
    readonly user: string;
    readonly password: string;
    /** Whether mysql2 asks for TLS; the object's content matters only to mysql2's own `startTLS`. */
    readonly ssl: object | undefined;
    readonly flags: readonly string[];
    /** 0: mysql2 sets no limit. */
    readonly connectTimeout: number;
    readonly connectAttributes: Readonly<Record<string, string>>;
    /** Keeps mysql2 from generating code from the column names of a server. */
    readonly disableEval: boolean;
    /** Returns the statement unchanged: no values are inserted. */
    readonly queryFormat: (statement: string) => string;
  }

  /** The rows as bytes, an array for each row; an OK of the server is no array. */
  export type Answer = (
    error: Error | null,
    rows?: readonly (readonly (Uint8Array | null)[])[] | object,
    columns?: readonly Column[],
  ) => void;

  export interface Connection extends EventEmitter {
    query(
      statement: { readonly sql: string; readonly rowsAsArray: true; readonly typeCast: false },
      answer: Answer,
    ): unknown;
    /** Called once, after the request for TLS was written. */
    startTLS: (done: (error?: Error) => void) => void;
  }

  export function createConnection(options: Options): Connection;
}
