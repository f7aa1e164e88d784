/** From the arguments to an exit code. Loads only the modules that the line needs. */
import { secretGivenAway, type Env } from './environment.ts';
import { errorExitCode, EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import { misplacedSecret, parseCommandLine } from './parse.ts';
import type { RunState } from './run-state.ts';

/** Runs one line. `state` shows at any moment how far the run has come. */
export async function run(argv: readonly string[], output: Output, env: Env, state: RunState): Promise<ExitCode> {
  const given = secretGivenAway(argv, env);
  const asked = given === undefined ? parseCommandLine(argv) : misplacedSecret(given, argv);
  switch (asked.kind) {
    case 'help': {
      const { helpText } = await import('./help.ts');
      output.out(helpText(asked.topic));
      return EXIT.done;
    }
    case 'version': {
      const { VERSION } = await import('./version.ts');
      output.out([VERSION]);
      return EXIT.done;
    }
    case 'completion': {
      const { completionScript } = await import('./completion.ts');
      output.out([completionScript(asked.shell)]);
      return EXIT.done;
    }
    case 'command': {
      const { runCommand } = await import('./command.ts');
      return runCommand(asked, output, env, state);
    }
    case 'audit': {
      const { runAudit } = await import('./audit/run.ts');
      return runAudit(asked, output, env);
    }
    case 'misunderstood': {
      const { refusalText } = await import('./text/errors.ts');
      const { paintFor } = await import('./text/paint.ts');
      const code = errorExitCode(asked.error);
      output.err(refusalText(asked.error, paintFor(process.stderr, env)));
      if (asked.json) {
        const { refusalJson } = await import('./json.ts');
        output.out([refusalJson(null, asked.error, code)]);
      }
      return code;
    }
  }
}
