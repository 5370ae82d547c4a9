"""A protoc plugin around the gRPC Python generator, which grpc_tools only offers as a built-in."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc


def respond(request: CodeGeneratorRequest) -> CodeGeneratorResponse:
    """Return the *_pb2_grpc.py files for the *request*."""
    response = CodeGeneratorResponse(
        supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        descriptors = folder / "descriptors.binpb"
        descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
        command = [
            "protoc",
            f"--descriptor_set_in={descriptors}",
            f"--grpc_python_out={name}",
            *request.file_to_generate,
        ]
        if protoc.main(command):
            response.error = "grpc_tools.protoc failed"
        for path in sorted(folder.rglob("*_pb2_grpc.py")):
            response.file.add(name=str(path.relative_to(folder)), content=path.read_text())
    return response


if __name__ == "__main__":
    sys.stdout.buffer.write(
        respond(CodeGeneratorRequest.FromString(sys.stdin.buffer.read())).SerializeToString()
    )
