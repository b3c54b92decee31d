"""Makes calls with grpcio by a service config, one after the other, and prints how each
ended. Usage: python calls.py ADDRESS CONFIG CALLS"""

import importlib
import json
import sys
import time

import grpc
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass

address, config, calls = sys.argv[1:]

services = {}
for name in ("sip_connection", "sip_app", "profile", "pbx_config"):
    module = importlib.import_module(f"sipfacade.v1.{name}_service_pb2")
    services.update(module.DESCRIPTOR.services_by_name)


def make(channel, call):
    method = services[call["service"]].methods_by_name[call["method"]]
    request = json_format.ParseDict(call["request"], GetMessageClass(method.input_type)())
    invoke = channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    begun = time.monotonic()
    code, pushback = 0, ""
    try:
        invoke(request, timeout=call["timeoutMs"] / 1000, compression=compression(call))
    except grpc.RpcError as error:
        code = error.code().value[0]
        pushback = dict(error.trailing_metadata() or ()).get("grpc-retry-pushback-ms", "")
    return {"code": code, "pushback": pushback, "ms": round(1000 * (time.monotonic() - begun))}


def compression(call):
    return grpc.Compression.Gzip if call.get("gzip") else None


with grpc.insecure_channel(address, options=[("grpc.service_config", config)]) as channel:
    print(json.dumps([make(channel, call) for call in json.loads(calls)]))
