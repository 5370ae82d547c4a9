import { leavable } from "./calls.js";
import type { ExportUserResponse } from "./gen/memsvc/v1/user_service_pb.js";

/** About how many characters of an import go in one message: far below what the server takes. */
const PIECE_CHARACTERS = 256 * 1024;

/** Yields the lines in pieces of an export, without their ends; who leaves them leaves the pieces. */
export function linesOf(
  pieces: AsyncGenerator<ExportUserResponse, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  return leavable(linesIn(pieces), () => pieces.return());
}

async function* linesIn(
  pieces: AsyncIterable<ExportUserResponse>,
): AsyncGenerator<string, void, undefined> {
  for await (const { lines } of pieces) {
    if (lines !== "") {
      yield* withoutEnd(lines).split("\n");
    }
  }
}

/** Yields lines in pieces for an import into a user. */
export async function* piecesOf(
  lines: AsyncIterable<string> | Iterable<string>,
  userId: string,
): AsyncGenerator<{ userId: string; lines: string }, void, undefined> {
  let piece = "";
  for await (const line of lines) {
    const ended = `${withoutEnd(line)}\n`;
    if (piece !== "" && piece.length + ended.length > PIECE_CHARACTERS) {
      yield { userId, lines: piece };
      piece = "";
    }
    piece += ended;
  }
  if (piece !== "") {
    yield { userId, lines: piece };
  }
}

function withoutEnd(line: string): string {
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}
