/** The real files of an audit log. Knows whether everything is flushed, and can fail the flush of one stage. */
import { FlushFailed, realFiles, type AuditFiles } from '../../src/audit/files.ts';
import type { Stage } from '../../src/control-plane/model/record.ts';

export interface ObservedDisk {
  readonly files: AuditFiles;
  /** Whether every record that was written is also flushed. */
  isFlushed(): boolean;
}

/** `failing`: a record of this stage is written, and its flush fails. */
export function observedDisk(failing?: Stage): ObservedDisk {
  let written = '';
  const files: AuditFiles = {
    ...realFiles,
    open(file, create) {
      const opened = realFiles.open(file, create);
      return {
        ...opened,
        append(bytes) {
          written += Buffer.from(bytes).toString();
          return opened.append(bytes);
        },
        async sync() {
          if (failing !== undefined && written.includes(`"stage":"${failing}"`))
            throw new FlushFailed('the flush failed', { cause: new Error('the disk is gone') });
          await opened.sync();
          written = '';
        },
      };
    },
  };
  return { files, isFlushed: () => written === '' };
}
