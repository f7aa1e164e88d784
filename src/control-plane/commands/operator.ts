/** The person at the keyboard: the operating system's account and host, and a configured name beside it. */
export interface Operator {
  readonly account: string;
  readonly host: string;
  readonly name: string | null;
}
