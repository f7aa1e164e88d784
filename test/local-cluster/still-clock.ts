/**
 * Loaded into every node of a test that compares histories byte by byte: the wall clock stands still, so that no time
 * differs between two runs.
 */
const at = Date.UTC(2026, 10, 21, 10);

globalThis.Date = new Proxy(Date, {
  construct: (date, args: ConstructorParameters<DateConstructor> | []) => new date(args.length === 0 ? at : args[0]),
  get: (date, name) => (name === 'now' ? () => at : (Reflect.get(date, name) as unknown)),
});
