/**
 * Loaded into every node of a test that compares histories byte by byte: the wall clock stands still, so that no time
 * differs between two runs.
 */
const STANDS_AT_MS = Date.UTC(2026, 10, 21, 10);

globalThis.Date = new Proxy(Date, {
  construct: (date, args: ConstructorParameters<DateConstructor> | []) =>
    new date(args.length === 0 ? STANDS_AT_MS : args[0]),
  get: (date, name) => (name === 'now' ? () => STANDS_AT_MS : (Reflect.get(date, name) as unknown)),
});
