/**
 * The one file of pg that `database.ts` uses. pg's entry file would also load a pool and a native client, which nothing
 * here needs.
 */
declare module 'pg/lib/client.js' {
  import { Client } from 'pg';
  export = Client;
}
