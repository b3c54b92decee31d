package com.sipfacade.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.protobuf.Duration;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;

/** Errors as the service answers them. */
final class Errors {
  private Errors() {}

  static StatusRuntimeException failed(
      Status.Code code, String reason, Map<String, String> metadata, Message... details) {
    ErrorInfo info =
        ErrorInfo.newBuilder().setReason(reason).setDomain("sipfacade").putAllMetadata(metadata).build();
    var status = com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage("it failed");
    status.addDetails(Any.pack(info));
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    Metadata trailers = new Metadata();
    trailers.put(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER), "c1");
    return StatusProto.toStatusRuntimeException(status.build(), trailers);
  }

  static RetryInfo retryAfter(int nanos) {
    return RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setNanos(nanos)).build();
  }
}
