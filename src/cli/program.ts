/** From the arguments to an exit code. Help texts need only what is loaded here. */
import { secretGivenAway, type Env } from './environment.ts';
import { completionScript } from './completion.ts';
import { errorExitCode, EXIT, type ExitCode } from './exit-codes.ts';
import { helpText } from './help.ts';
import type { Output } from './output.ts';
import { misplacedSecret, parseCommandLine } from './parse.ts';
import type { RunState } from './run-state.ts';
import { VERSION } from './version.ts';

/** Runs one line. `state` shows at any moment how far the run has come. */
export async function run(argv: readonly string[], output: Output, env: Env, state: RunState): Promise<ExitCode> {
  const given = secretGivenAway(argv, env);
  const asked = given === undefined ? parseCommandLine(argv) : misplacedSecret(given, argv);
  switch (asked.kind) {
    case 'help': {
      output.out(helpText(asked.topic));
      return EXIT.done;
    }
    case 'version': {
      output.out([VERSION]);
      return EXIT.done;
    }
    case 'completion': {
      output.out([completionScript(asked.shell)]);
      return EXIT.done;
    }
    case 'command': {
      const { runCommand } = await import('./commands.ts');
      return runCommand(asked, output, env, state);
    }
    case 'audit': {
      const { runAudit } = await import('./commands.ts');
      return runAudit(asked, output, env);
    }
    case 'misunderstood': {
      const { paintFor, refusalJson, refusalText } = await import('./commands.ts');
      const code = errorExitCode(asked.error);
      output.err(refusalText(asked.error, paintFor(process.stderr, env)));
      if (asked.json) output.out([refusalJson(null, asked.error, code)]);
      return code;
    }
  }
}
