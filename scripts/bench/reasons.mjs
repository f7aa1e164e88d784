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
    'The editor says whole milliseconds, and both take few: in Node with an editor that does nothing, the file takes ' +
      'as long to load as the peer, and activate() 0.4 ms against 0.05: 26 commands, a view, the status bar.',
  ],
  [
    'the first panel of a window',
    'The page is 240 kB, of which 40 are rules of icons, and goes through the extension host and the workbench; its ' +
      'program runs 40 to 60 ms after the page of the peer is shown, and draws twice: the question and the answer.',
  ],
  [
    'a later panel, of three nodes',
    'As in the first panel: the page is 240 kB, and its program runs after the page of the peer is shown.',
  ],
  [
    'a later panel, of thousand nodes',
    'The panel is loaded before the answer is there: a thousand members are read, checked by their form in the ' +
      'extension host, and checked again in the panel.',
  ],
  [
    '10,000 members shown, longest frame',
    'The table, the legend and the picture of ten thousand members are drawn in one turn: some 20 ms of code, 10 of ' +
      'styles and 15 of layout.',
  ],
  ['10,000 members scrolled, longest frame', 'A jump draws some 60 rows again, of up to a dozen cells each.'],
  [
    'explanation of 10,000 members in the audit log',
    'An explanation is recorded in full and bound by its digest, with every member that it shows: 354 bytes each, ' +
      'and 111 in the summary of the state of the kernel, which says only what the members say. The id, the ' +
      'name and the address of a member take 90 bytes and stand nowhere else, so that one table of columns in the ' +
      'place of both would take 0.9 MB or a little more: a new form of record, for everything that reads the log.',
  ],
  [
    'GET /v1/cluster under 100 writes/s, p50',
    'Runs differ between 1.3 and 2: the answer is made again for each request, and the writes and the polls of two ' +
      'replicas run in the same process.',
  ],
  [
    '1000000 records: memory of pages and filters',
    'Each filter runs three times in one process here, and once before; more was not looked into.',
  ],
  ['its memory at most', 'Not looked into: it lies at the limit, and runs differ.'],
]);
