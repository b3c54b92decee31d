"""Imports the modules that grpcio-tools made of the protos, and prints how many methods
the services have and how google.rpc.Status is called."""

import importlib
import json

from google.rpc import error_details_pb2, status_pb2

methods = 0
for name in ("sip_connection", "sip_app", "profile", "pbx_config"):
    module = importlib.import_module(f"sipfacade.v1.{name}_service_pb2")
    importlib.import_module(f"sipfacade.v1.{name}_service_pb2_grpc")
    for service in module.DESCRIPTOR.services_by_name.values():
        methods += len(service.methods)

print(json.dumps({
    "methods": methods,
    "types": [status_pb2.Status.DESCRIPTOR.full_name, error_details_pb2.ErrorInfo.DESCRIPTOR.full_name],
}))
