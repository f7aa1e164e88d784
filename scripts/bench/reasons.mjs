/** What stands in the way where a limit is missed, as far as it was found; by the name of the measure. */
export const REASONS = new Map([
  [
    'inspect cluster, whole process',
    'An empty Node process loads neither crypto, net nor sqlite, and flushes nothing. Of about 70 ms above it, a ' +
      'fifth is compiling, a tenth modules of Node, a tenth the log that is checked to its end before it is ' +
      'appended to, and each of two records is flushed; the rest is code that runs for the first time, in zod, ' +
      'undici and here. A compile cache gains 5 ms.',
  ],
  [
    'activation',
    'The file is a megabyte, of which 290 kB are compiled and run before activate() returns: the control plane, the ' +
      'log and the forms of zod load with it. The numbers of the editor also hold what the extension host does ' +
      'meanwhile.',
  ],
  [
    'the first panel of a window',
    'The panel is opened when the answer is there: undici and the forms load, the kernel is read and two records are ' +
      'flushed before the frame of the webview begins to load.',
  ],
  [
    'a later panel, of three nodes',
    'The panel is opened when the answer is there and was recorded, and each panel loads 180 kB of its program.',
  ],
  [
    'a later panel, of thousand nodes',
    'A thousand members are read, checked by their form in the extension host and again in the panel, which loads ' +
      'its program first.',
  ],
  [
    '10,000 members shown, longest frame',
    'A message is checked by its form in one piece, which takes most of the time, and is drawn in the same turn.',
  ],
  ['10,000 members scrolled, longest frame', 'A jump draws some 60 rows again, of up to a dozen cells each.'],
  [
    'explanation of 10,000 members in the audit log',
    'An explanation is recorded in full and bound by its digest, with every member that it shows: 354 bytes each, ' +
      'and 111 bytes in the summary of the state of the kernel.',
  ],
  [
    'GET /v1/cluster under 100 writes/s, p50',
    'Runs differ between 1.2 and 2: the answer is rebuilt for each request, in 40 µs, and the writes and the polls ' +
      'of two replicas run in the same process.',
  ],
  [
    '1000000 records: memory of pages and filters',
    'Each filter runs three times in one process here, and once before; more was not looked into.',
  ],
  ['its memory at most', 'Not looked into: it lies at the limit, and runs differ.'],
]);
