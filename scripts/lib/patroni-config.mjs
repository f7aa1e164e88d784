/** The configuration of one Patroni member. JSON is YAML. */
import { join } from 'node:path';

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {string} folder
 * @property {number} restPort
 * @property {number} postgresPort
 * @property {string} postgresAddress the one that it announces
 * @property {string} url of its REST API
 */

/**
 * What guards and shapes the REST API of one member; can be changed while it runs.
 * @typedef {object} Guard
 * @property {{ username: string, password: string } | undefined} [auth] asked for by whatever writes
 * @property {readonly string[] | undefined} [allowlist] addresses that may write
 * @property {{ ca: string, cert: string, key: string }} [tls] files
 * @property {string | undefined} [serverTokens] what the header `Server` tells (Patroni 4.1)
 */

/**
 * @typedef {object} Shape
 * @property {string} scope
 * @property {number} etcdPort
 * @property {string} postgres the folder of PostgreSQL's programs
 * @property {Readonly<Record<string, unknown>>} dynamic more of the configuration that all members share; merged into
 *   what stands below
 * @property {number} ttl seconds until a silent member, and its leader lock, are forgotten
 * @property {number} loopWait seconds
 * @property {number} retryTimeout seconds
 */

/**
 * @param {Member} member
 * @param {Shape} shape
 * @param {Guard} guard
 * @param {Readonly<Record<string, unknown>>} tags
 * @returns {string}
 */
export function patroniConfig(member, shape, { auth, allowlist, tls, serverTokens }, tags) {
  const at = (/** @type {number} */ port) => ({ listen: `127.0.0.1:${port}`, connect_address: `127.0.0.1:${port}` });
  return JSON.stringify(
    {
      scope: shape.scope,
      name: member.name,
      restapi: {
        ...at(member.restPort),
        ...(auth === undefined ? {} : { authentication: auth }),
        ...(allowlist === undefined ? {} : { allowlist }),
        ...(serverTokens === undefined ? {} : { server_tokens: serverTokens }),
        ...(tls === undefined ? {} : { certfile: tls.cert, keyfile: tls.key }),
      },
      ...(tls === undefined ? {} : { ctl: { cacert: tls.ca } }),
      etcd3: { host: `127.0.0.1:${shape.etcdPort}` },
      bootstrap: {
        dcs: merged(
          {
            ttl: shape.ttl,
            loop_wait: shape.loopWait,
            retry_timeout: shape.retryTimeout,
            maximum_lag_on_failover: 1_048_576,
            synchronous_mode: false,
            postgresql: {
              use_pg_rewind: true,
              use_slots: true,
              parameters: {
                max_connections: 40,
                shared_buffers: '16MB',
                wal_log_hints: 'on',
                wal_keep_size: '128MB',
                max_wal_size: '256MB',
              },
            },
          },
          shape.dynamic,
        ),
        initdb: [
          { encoding: 'UTF8' },
          { locale: 'C.UTF-8' },
          'data-checksums',
          'no-sync',
          { 'auth-local': 'trust' },
          { 'auth-host': 'scram-sha-256' },
        ],
      },
      postgresql: {
        ...at(member.postgresPort),
        connect_address: member.postgresAddress,
        data_dir: join(member.folder, 'data'),
        bin_dir: shape.postgres,
        pgpass: join(member.folder, 'pgpass'),
        use_unix_socket: true,
        // Tests leave two histories behind on purpose; a member that cannot rewind copies the leader again.
        remove_data_directory_on_diverged_timelines: true,
        remove_data_directory_on_rewind_failure: true,
        authentication: {
          superuser: { username: 'postgres', password: 'superuser-of-the-trial' },
          replication: { username: 'replicator', password: 'replicator-of-the-trial' },
          rewind: { username: 'rewinder', password: 'rewinder-of-the-trial' },
        },
        // A trial: what a power failure would lose is lost with the folder anyway, and a replica looks for its leader
        // again at once, not after 5 s.
        parameters: { unix_socket_directories: member.folder, fsync: 'off', wal_retrieve_retry_interval: '200ms' },
        pg_hba: [
          'local all all trust',
          'host replication replicator 127.0.0.1/32 scram-sha-256',
          'host all all 127.0.0.1/32 scram-sha-256',
        ],
        basebackup: [{ checkpoint: 'fast' }, 'no-sync'],
      },
      tags: { nofailover: false, noloadbalance: false, clonefrom: false, nosync: false, ...tags },
    },
    undefined,
    2,
  );
}

/**
 * @param {Readonly<Record<string, unknown>>} base
 * @param {Readonly<Record<string, unknown>>} more
 * @returns {Record<string, unknown>} both; where both have an object these are merged, otherwise the second wins
 */
function merged(base, more) {
  const both = Object.entries(more).map(([key, value]) => [
    key,
    isObject(base[key]) && isObject(value) ? merged(base[key], value) : value,
  ]);
  return { ...base, ...Object.fromEntries(both) };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
