/** Names the right that is missing when MySQL refuses, and tells refusals of the login from others. */

const LOOK = 'The login for reading needs';
const EACH = 'This login needs';
const CONTROL = 'The login for control needs';

const OFFLINE =
  'The server is in offline mode, like a member that the group has expelled: it admits only logins with ' +
  'CONNECTION_ADMIN ON *.*. It is not down.';

/** By error number and message. `docs/mysql.md` lists the statements that grant each right. */
const MISSING: readonly (readonly [errno: number, says: RegExp, known: string])[] = [
  [1045, /./, 'MySQL admits no login with this user and password from this machine.'],
  [1142, /for table '/, `${EACH} SELECT ON performance_schema.*.`],
  [1227, /REPLICATION CLIENT/, `${LOOK} REPLICATION CLIENT ON *.*.`],
  [1227, /SYSTEM_VARIABLES_ADMIN/, `${CONTROL} SYSTEM_VARIABLES_ADMIN ON *.* to force.`],
  [1123, /GROUP_REPLICATION_ADMIN/, `${CONTROL} GROUP_REPLICATION_ADMIN ON *.* to switch.`],
  [3032, /./, OFFLINE],
  [6400, /offline mode/, OFFLINE],
  [6401, /offline mode/, OFFLINE],
  [1193, /group_replication/, 'The plugin group_replication is not loaded on this server.'],
];

/** The missing right, as a sentence; `undefined` if the error is about something else. */
export function missingRight(errno: number, message: string): string | undefined {
  return MISSING.find(([number, says]) => number === errno && says.test(message))?.[2];
}

/** Whether the next address would refuse, too, because the refusal is about the login and not about the server. */
export function isOfTheLogin(errno: number): boolean {
  return errno === 1045 || errno === 1142 || errno === 1227;
}
