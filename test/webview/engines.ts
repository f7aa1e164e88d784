/** Clusters of the three engines as their panels show them, with names and values as long as real ones. */
import { toWire, type Member } from '../../src/control-plane/model/views.ts';
import type { Document } from '../../src/control-plane/model/document.ts';
import * as mysql from '../../src/engines/mysql/document.ts';
import type { MysqlMember } from '../../src/engines/mysql/views.ts';
import * as patroni from '../../src/engines/patroni/document.ts';
import type { PatroniMember } from '../../src/engines/patroni/views.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { clusterPanel, member, replica, replicationPanel, walPanel } from './samples.ts';

/** A panel with another document. */
export function withDocument(document: Document): ShowPanel {
  const shown = walPanel(1);
  if (shown.panel.kind !== 'answer') throw new Error('The sample is no answer.');
  return { ...shown, panel: { ...shown.panel, document } };
}

const COMMON: Omit<Member, 'nodeId' | 'name' | 'role'> = {
  apiUrl: null,
  replicationState: 'running',
  haltReason: null,
  health: 'running',
  healthBasis: '',
  durableOffset: null,
  durableCommitId: null,
  lagBytes: null,
  lagCommits: null,
  lastContact: null,
};

function serverId(number: number): string {
  return `0b8f9a52-2d3c-11f0-9d4e-${number.toString(16).padStart(12, '0')}`;
}

function mysqlMember(number: number, more: Partial<MysqlMember> = {}): MysqlMember {
  const isPrimary = number === 1;
  return {
    ...COMMON,
    nodeId: serverId(number),
    name: `db${number}.example.net:3306`,
    role: isPrimary ? 'primary' : 'replica',
    replicationState: 'ONLINE',
    healthBasis: 'in the group, according to the report of the member that answered',
    mysql: { role: isPrimary ? 'PRIMARY' : 'SECONDARY', version: '8.4.6', certifying: 0n, applying: 12n, applied: 9n },
    ...more,
  };
}

const unreachable: Partial<MysqlMember> = {
  replicationState: 'UNREACHABLE',
  health: 'unknown',
  healthBasis: 'the member that answered does not reach it; the rest is its last report',
};

function mysqlCluster(members: readonly MysqlMember[]): ShowPanel {
  return withDocument(
    mysql.clusterDocument(
      toWire({
        clusterId: null,
        name: '4f1c9a52-2d3c-11f0-9d4e-000000000001',
        epoch: null,
        primaryId: serverId(1),
        groupView: '17639:4',
        members,
      }),
    ),
  );
}

function patroniMember(number: number): PatroniMember {
  const isLeader = number === 1;
  return {
    ...COMMON,
    nodeId: `pg${number}`,
    name: `pg${number}`,
    apiUrl: `https://pg${number}.example:8008/patroni`,
    role: isLeader ? 'primary' : 'replica',
    replicationState: isLeader ? 'running' : 'streaming',
    healthBasis:
      'what the member last wrote to the configuration store; the entry of a dead member stays there until ' +
      'its time to live ends',
    lagBytes: isLeader ? null : 16_777_216n,
    patroni: {
      role: isLeader ? 'leader' : 'quorum_standby',
      timeline: 12n,
      written: null,
      received: isLeader ? null : 83_886_408n,
      replayed: isLeader ? null : 83_886_080n,
      marks: null,
    },
  };
}

/** The state of a cluster of each engine. */
export const CLUSTERS: Readonly<Record<string, ShowPanel>> = {
  AeroDB: clusterPanel([member(1), member(2), member(3)]),
  'MySQL Group Replication': mysqlCluster([mysqlMember(1), mysqlMember(2), mysqlMember(3, unreachable)]),
  'PostgreSQL under Patroni': withDocument(
    patroni.clusterDocument(
      toWire({
        clusterId: null,
        name: 'orders',
        epoch: 12n,
        primaryId: 'pg1',
        members: [patroniMember(1), patroniMember(2), patroniMember(3)],
      }),
    ),
  ),
};

/** How far the replicas of a cluster of each engine are. */
export const REPLICATIONS: Readonly<Record<string, ShowPanel>> = {
  AeroDB: replicationPanel([replica(2), replica(3, { lagBytes: null, lagCommits: null })]),
  'MySQL Group Replication': withDocument(
    mysql.replicationDocument(
      toWire({
        primaryId: serverId(1),
        epoch: null,
        committedOffset: null,
        replicas: [2, 3].map(number => ({
          ...replica(number),
          nodeId: serverId(number),
          name: `db${number}.example.net:3306`,
          state: 'ONLINE',
          certifying: 0n,
          applying: 12n,
          applied: 900n,
        })),
        progress: [1, 2, 3].map(number => ({
          nodeId: serverId(number),
          name: `db${number}.example.net:3306`,
          executed: 120_044n,
          notApplied: 12n,
          at: '2026-11-21T09:59:59.871Z',
          unknown: null,
        })),
        gtids: { executed: null, received: null, notApplied: null },
        committedByAll: null,
      }),
    ),
  ),
  'PostgreSQL under Patroni': withDocument(
    patroni.replicationDocument(
      toWire({
        primaryId: 'pg1',
        epoch: 12n,
        committedOffset: null,
        replicas: ['pg2', 'pg3'].map(name => ({ ...replica(2), nodeId: name, name, state: 'streaming' })),
      }),
    ),
  ),
};
