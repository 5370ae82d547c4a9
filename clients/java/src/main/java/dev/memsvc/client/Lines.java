package dev.memsvc.client;

import dev.memsvc.v1.ExportUserResponse;
import dev.memsvc.v1.ImportUserRequest;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Exports as lines: out of the pieces in which they come, and into those in which they go back. */
final class Lines {
  /** About how many characters go in one piece: far below what the server takes. */
  static final int PIECE_CHARACTERS = 256 * 1024;

  private Lines() {}

  /** Returns the lines in pieces, without their ends. */
  static Iterator<String> of(Iterator<ExportUserResponse> pieces) {
    return new Iterator<>() {
      private String piece = "";
      private int position;

      @Override
      public boolean hasNext() {
        while (position >= piece.length() && pieces.hasNext()) {
          piece = pieces.next().getLines();
          position = 0;
        }
        return position < piece.length();
      }

      @Override
      public String next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int end = piece.indexOf('\n', position);
        String line = piece.substring(position, end < 0 ? piece.length() : end);
        position += line.length() + 1;
        return line;
      }
    };
  }

  /** Lines in pieces for an import into a user. */
  static final class Pieces implements Iterator<ImportUserRequest> {
    private final String userId;
    private final Iterator<String> lines;

    /** What was taken from the lines and did not go into the piece before; empty if nothing. */
    private String left = "";

    Pieces(String userId, Iterator<String> lines) {
      this.userId = userId;
      this.lines = lines;
    }

    @Override
    public boolean hasNext() {
      return !left.isEmpty() || lines.hasNext();
    }

    @Override
    public ImportUserRequest next() {
      StringBuilder piece = new StringBuilder(left);
      left = "";
      while (lines.hasNext()) {
        String line = lines.next();
        String ended = line.endsWith("\n") ? line : line + "\n";
        if (piece.length() > 0 && piece.length() + ended.length() > PIECE_CHARACTERS) {
          left = ended;
          break;
        }
        piece.append(ended);
      }
      if (piece.length() == 0) {
        throw new NoSuchElementException();
      }
      return ImportUserRequest.newBuilder().setUserId(userId).setLines(piece.toString()).build();
    }
  }
}
