/**
 * The one file of pg that `database.ts` uses. pg's entry file brings a pool and a native client that nobody here asks
 * for.
 */
declare module 'pg/lib/client.js' {
  import { Client } from 'pg';
  export = Client;
}
