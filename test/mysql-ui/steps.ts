/** What a person does in the editor for a MySQL group and for no other cluster. */
import type { Workbench } from '../ui/driver/workbench.ts';
import { LOGINS } from '../mysql/group.ts';

/** Puts both logins of a configured group into the secret store, one after the other. */
export async function giveLogins(workbench: Workbench, cluster: string): Promise<void> {
  await give(workbench, cluster, 'Login that may read', LOGINS.look, 'the read login of');
  await giveControl(workbench, cluster);
}

/** Puts the login for control of a configured group into the secret store. */
export async function giveControl(workbench: Workbench, cluster: string): Promise<void> {
  await give(workbench, cluster, 'Login that may switch and force', LOGINS.control, 'the control login of');
}

async function give(workbench: Workbench, cluster: string, kind: string, login: string, kept: string): Promise<void> {
  await workbench.runCommand('AeroDB: Set or Clear Access Token…');
  await workbench.quickInput.choose(cluster);
  await workbench.quickInput.choose(kind);
  await workbench.quickInput.waitFor('as user:password');
  await workbench.quickInput.answer(login);
  await workbench.notifications.waitFor(kept);
}
