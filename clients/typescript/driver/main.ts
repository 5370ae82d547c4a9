/**
 * Drives the client for the conformance tests: a command in JSON a line on stdin, an answer a line on
 * stdout. With `--web` it is the client for browsers.
 */

import { type Command, Commands } from "./commands.js";
import { linesOf } from "./lines.js";

const commands = new Commands(process.argv.includes("--web"));
for await (const line of linesOf(process.stdin)) {
  const command = JSON.parse(line) as Command;
  const reply = await commands.run(command);
  process.stdout.write(`${JSON.stringify({ id: command.id, ...reply })}\n`);
}
commands.close();
