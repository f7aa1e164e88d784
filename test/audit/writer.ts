/** A process that appends to a log, for tests with several processes, real kills and real full disks. */
import { closeSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { realFiles, type AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { dyingFiles } from './dying-files.ts';
import { entry, type Said, type WriterTask } from './entries.ts';

const task = JSON.parse(process.argv[2] ?? '{}') as WriterTask;
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
function say(what: Said): void {
  void writeSync(1, `${JSON.stringify(what)}\n`);
}
const ballast = path.join(task.fillDisk?.of === 'copy' ? (task.copyDirectory ?? '') : task.directory, 'ballast');

let paused = false;
/** Stops itself, as a person's Ctrl-Z or a sleeping laptop would. */
function pause(): void {
  if (!paused) process.kill(process.pid, 'SIGSTOP');
  paused = true;
}

let ends = 0;
let writes = 0;
const pausing: AuditFiles = {
  ...realFiles,
  open(file, create) {
    const opened = realFiles.open(file, create);
    return {
      ...opened,
      read(into, position) {
        const count = opened.read(into, position);
        // The end of the file is read twice: once without the lock, then as the last thing before the write.
        if (count === 0) ends += 1;
        if (task.pause === 'before the write' && ends === 2) pause();
        return count;
      },
      append(bytes) {
        writes += 1;
        if (task.pause === 'before the copy' && file.startsWith(`${task.copyDirectory ?? ''}${path.sep}`)) pause();
        if (task.pause === 'after the last look' || (task.pause === 'in the middle of the record' && writes === 2))
          pause();
        return opened.append(bytes);
      },
      async sync() {
        if (task.pause === 'before the flush') pause();
        await opened.sync();
      },
    };
  },
};

const dying = task.die === undefined ? null : dyingFiles(task.die);
const log = openAuditLog({
  directory: task.directory,
  copyDirectory: task.copyDirectory,
  ...(task.lockWaitMs === undefined ? {} : { lockWaitMs: task.lockWaitMs }),
  files: dying?.files ?? (task.pause === undefined ? realFiles : pausing),
});
if (task.uid !== undefined) {
  process.setgid?.(task.uid);
  process.setuid?.(task.uid);
}
for (let n = 1; n <= task.count; n += 1) {
  if (task.step === true && n > 1) await input.next();
  if (n === task.fillDisk?.before) fillDisk(task.fillDisk.leave);
  if (task.fillDisk !== undefined && n === task.count) unlinkSync(ballast);
  try {
    const { seq, hash } = await log.append(entry(n, task.session === undefined ? {} : { session: task.session }));
    say({ n, seq: seq.toString(), hash });
  } catch (error) {
    say({ n, refused: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
}
if (task.fillDisk !== undefined)
  say({ verdict: (await openAuditReader({ directory: task.directory }).verify(null)).kind });
if (dying !== null) say({ touches: dying.touches() });
process.exit(0);

function fillDisk(leave: number): void {
  const fd = openSync(ballast, 'w');
  const { bavail, bsize } = statfsSync(path.dirname(ballast));
  const piece = Buffer.alloc(512);
  try {
    for (let left = bavail * bsize - leave; left > 0; left -= piece.length) writeSync(fd, piece);
  } catch {
    // Full.
  }
  closeSync(fd);
}
