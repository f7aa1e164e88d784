/** The person at the keyboard: account and host as the operating system tells them, and a configured name. */
export interface Operator {
  readonly account: string;
  readonly host: string;
  readonly name: string | null;
}

/** "anna@db-ops-1": tells the kernel who asked. */
export function operatorId({ account, host }: Pick<Operator, 'account' | 'host'>): string {
  return `${account}@${host}`;
}

/** "Anna (anna@db-ops-1)" or "anna@db-ops-1". */
export function operatorText(operator: Operator): string {
  return operator.name === null ? operatorId(operator) : `${operator.name} (${operatorId(operator)})`;
}
