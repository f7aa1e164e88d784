/** What stands in the way where a limit is missed, as far as it was found; by the name of the measure. */
export const REASONS = new Map([
  [
    'inspect cluster, whole process',
    'A bare program that loads crypto, net and sqlite, takes a lock, asks once and flushes two lines takes 1.4 ' +
      'times the processor time of an empty process, and 1.8 times as long. The rest is compiling 770 kB (a sixth), ' +
      'modules of Node (a tenth), the log that is checked to its end before it is appended to (more, the longer it ' +
      'is), and code of zod, undici and here that runs for the first time. A compile cache would gain an eighth, and ' +
      'leave files in the home of the person.',
  ],
  [
    'activation',
    'Of a file of 820 kB, 290 kB are run before activate() returns: the control plane, the ' +
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
  ['10,000 members scrolled, longest frame', 'A jump draws some 60 rows anew, of up to a dozen cells each.'],
  [
    'explanation of 10,000 members in the audit log',
    'An explanation is recorded in full and bound by its digest, with every member that it shows: 354 bytes each, ' +
      'and 111 in the summary of the state of the kernel, which says only what the members say. The id, the ' +
      'name and the address of a member take 90 bytes and stand nowhere else, so that one table of columns in the ' +
      'place of both would take 0.9 MB or a little more: a new form of record, for everything that reads the log.',
  ],
  [
    'GET /v1/cluster under 100 writes/s, p50',
    'Runs differ between 1.3 and 2: the answer is made anew for each request, and the writes and the polls of two ' +
      'replicas run in the same process.',
  ],
  [
    '1000000 records: memory of pages and filters',
    'Each filter runs three times in one process here, and once before; more was not looked into.',
  ],
  ['its memory at most', 'Not looked into: it lies at the limit, and runs differ.'],
]);
