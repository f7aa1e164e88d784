/** Steps that an operator often repeats, by palette and mouse. */
import type { Frame } from 'playwright-core';
import { waitFor } from './wait.ts';
import type { Workbench } from './workbench.ts';

/** A configured cluster in a test: its name, and how the screen names it. */
export interface Named {
  readonly name: string;
  readonly label: string;
}

/** Takes Operator authority for a cluster. */
export async function becomeOperator(workbench: Workbench, { name, label }: Named): Promise<void> {
  await workbench.runCommand('AeroDB: Assume Operator Authority…');
  await workbench.quickInput.waitFor('Cluster');
  await workbench.quickInput.choose(label);
  await workbench.dialogs.waitForText('assume Operator authority?');
  await workbench.dialogs.click(`Become Operator of ${name}`);
  await workbench.statusBar.waitFor(`AeroDB: Operator of ${name}`);
}

/** Runs a command on a node from the palette, and answers the questions before its explanation. */
export async function askFor(
  workbench: Workbench,
  { label }: Named,
  title: string,
  node: string,
  reason?: string,
): Promise<Frame> {
  await workbench.runCommand(`AeroDB: ${title}`);
  await workbench.quickInput.waitFor('Cluster');
  await workbench.quickInput.choose(label);
  await workbench.quickInput.waitFor('Node (as read from');
  await workbench.quickInput.type(node);
  await waitFor(
    `the node ${node}`,
    () => workbench.quickInput.view(),
    ({ items }) => items.length === 1,
  );
  await workbench.quickInput.accept();
  if (reason !== undefined) {
    await workbench.quickInput.waitFor('Reason');
    await workbench.quickInput.answer(reason);
  }
  // The previous panel may still be visible with a similar text, so the title is part of the pattern.
  return workbench.webviews.waitForText(new RegExp(`^${title}: explanation[\\s\\S]*Nothing has been sent\\.`, 'u'));
}

/** Goes from an explanation through the standard confirmation: its dialog, then the name or id to type. */
export async function confirmStandard(workbench: Workbench, explanation: Frame, dialog: string): Promise<void> {
  await explanation.getByText('Continue to Confirmation…').click();
  await workbench.dialogs.waitForText(dialog);
  await workbench.dialogs.click('Continue…');
  const { placeholder } = await workbench.quickInput.waitFor('to confirm. Escape confirms nothing.');
  await workbench.quickInput.answer(placeholder);
}

/** Inspects a cluster from the palette, and waits until the panel shows the answer. */
export async function inspectCluster(workbench: Workbench, { label }: Named): Promise<Frame> {
  await workbench.runCommand('AeroDB: Inspect Cluster State');
  await workbench.quickInput.waitFor('Cluster');
  await workbench.quickInput.choose(label);
  return workbench.webviews.waitForText(/Inspect Cluster State[\s\S]*recorded as/u);
}
