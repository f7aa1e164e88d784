/**
 * What the terminal program costs as a whole process, as it ships, against a real local cluster: beside an empty Node
 * process, which is the least that a program for Node takes.
 */
import { join } from 'node:path';
import { compared } from './measure.mjs';
import { inTurns, processTime } from './pairs.mjs';
import { builtProgram, localNodes, temporaryFolder } from './stand.mjs';

const ROUNDS = 41;

using folder = temporaryFolder();
const program = await builtProgram(folder.path);
using nodes = await localNodes(join(folder.path, 'cluster'));
const [url = ''] = nodes.urls;
const look = ['inspect', 'cluster', '--url', url, '--audit-dir', join(folder.path, 'audit')];

for (const [name, times, args] of /** @type {const} */ ([
  ['--help', 1.25, ['--help']],
  ['inspect cluster', 1.8, look],
])) {
  const pairs = await inTurns(
    ROUNDS,
    () => processTime(process.execPath, [program, ...args]),
    () => processTime(process.execPath, ['-e', '0']),
  );
  compared({ name: `${name}, whole process`, peer: 'node -e 0', times }, pairs);
}
