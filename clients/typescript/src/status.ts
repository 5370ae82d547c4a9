import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code, encodeBinaryHeader } from "@connectrpc/connect";
import { type Status, StatusSchema } from "./gen/google/rpc/status_pb.js";

const STATUS = "grpc-status";
const MESSAGE = "grpc-message";
const DETAILS = "grpc-status-details-bin";

/**
 * Makes the status in a call's trailer readable for connect, as other gRPC stacks read it. The status
 * and its text are those of `grpc-status` and `grpc-message`, and details that cannot be read, or
 * escapes of the text that are wrong, count as absent; connect would make other errors of them.
 */
export function repairStatus(trailer: Headers): void {
  const status = trailer.get(STATUS);
  if (status === null || status === "0") {
    trailer.delete(DETAILS);
    return;
  }
  const code = status in Code ? Number(status) : Code.Unknown;
  const message = decoded(trailer.get(MESSAGE) ?? "");
  trailer.set(STATUS, String(code));
  trailer.set(MESSAGE, encodeURIComponent(message));
  const packed = trailer.get(DETAILS);
  const details = packed === null ? undefined : unpack(packed);
  if (details === undefined) {
    trailer.delete(DETAILS);
  } else {
    const repaired = Object.assign(details, { code, message });
    trailer.set(DETAILS, encodeBinaryHeader(toBinary(StatusSchema, repaired)));
  }
}

function unpack(packed: string): Status | undefined {
  try {
    return fromBinary(StatusSchema, base64Decode(packed));
  } catch {
    return undefined;
  }
}

/** Undoes percent-encoding where there is one. */
function decoded(text: string): string {
  const decoder = new TextDecoder();
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    decoder.decode(Uint8Array.from(run.slice(1).split("%"), (hex) => Number.parseInt(hex, 16))),
  );
}
