/** What `connection.ts` uses of mysql2, and nothing beside it: mysql2's own types promise more than is bundled. */
declare module 'mysql2' {
  import type { EventEmitter } from 'node:events';

  /** A column of an answer; `columnType` and `characterSet` are numbers of the protocol. */
  export interface Column {
    readonly name: string;
    readonly columnType: number;
    readonly characterSet: number;
  }

  export interface Options {
    /** What mysql2 takes for its socket. */
    readonly stream: () => EventEmitter;
    readonly user: string;
    readonly password: string;
    /** Whether it asks for TLS; the rest of it only matters to mysql2's own `startTLS`. */
    readonly ssl: object | undefined;
    readonly flags: readonly string[];
    /** 0: no limit of its own. */
    readonly connectTimeout: number;
    readonly connectAttributes: Readonly<Record<string, string>>;
    /** No code is made of the names that a server gives its columns. */
    readonly disableEval: boolean;
    /** Takes the statement as it is: nothing is put into it. */
    readonly queryFormat: (statement: string) => string;
  }

  /** The rows as their bytes, an array for each; an OK of the server is no array. */
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
    /** Called once, after the wish for TLS was written. */
    startTLS: (done: (error?: Error) => void) => void;
  }

  export function createConnection(options: Options): Connection;
}
