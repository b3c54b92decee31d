"""Writes the messages and stubs of the contract, with their types, into src/sipfacade/v1.

Usage: python generate.py contract.binpb service_config.json
"""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

SOURCE = Path("src")
PACKAGE = SOURCE / "sipfacade" / "v1"


def main(descriptors: str, policy: str) -> None:
    shutil.rmtree(PACKAGE, ignore_errors=True)
    PACKAGE.mkdir(parents=True)
    files = own_files(descriptors)
    services = [file.name for file in files if file.service]
    protoc(descriptors, ["python", "mypy"], [file.name for file in files])
    protoc(descriptors, ["grpc_python", "mypy_grpc"], services)
    (PACKAGE / "__init__.py").write_text(exports(files))
    shutil.copy(policy, PACKAGE.parent / "service_config.json")


def own_files(descriptors: str) -> list[FileDescriptorProto]:
    files = FileDescriptorSet.FromString(Path(descriptors).read_bytes())
    return [file for file in files.file if file.package == "sipfacade.v1"]


def protoc(descriptors: str, outputs: list[str], names: list[str]) -> None:
    scripts = Path(sysconfig.get_path("scripts"))
    plugins = [f"--plugin=protoc-gen-{name}={scripts / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    options = [f"--{output}_out={'quiet:' if 'mypy' in output else ''}{SOURCE}" for output in outputs]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_in={descriptors}"]
    subprocess.run(command + plugins + options + names, check=True)


def exports(files: list[FileDescriptorProto]) -> str:
    """The messages, enums and stubs of all files, as names of the package."""
    lines = ['"""The messages, enums and stubs of the contract."""\n']
    for file in files:
        module = Path(file.name).stem
        for item in [*file.enum_type, *file.message_type]:
            lines.append(f"from .{module}_pb2 import {item.name} as {item.name}")
        for service in file.service:
            lines.append(f"from .{module}_pb2_grpc import {service.name}Stub as {service.name}Stub")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
