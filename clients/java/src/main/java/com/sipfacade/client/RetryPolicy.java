package com.sipfacade.client;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The retry policy, a gRPC service config. */
final class RetryPolicy {
  private RetryPolicy() {}

  /** The policy as ManagedChannelBuilder.defaultServiceConfig takes it. */
  static Map<String, ?> serviceConfig() {
    try {
      Struct.Builder config = Struct.newBuilder();
      JsonFormat.parser().merge(json(), config);
      return map(config.build());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String json() throws IOException {
    try (InputStream file = RetryPolicy.class.getResourceAsStream("service_config.json")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, ?> map(Struct from) {
    Map<String, Object> to = new LinkedHashMap<>();
    from.getFieldsMap().forEach((name, value) -> to.put(name, plain(value)));
    return to;
  }

  private static Object plain(Value value) {
    return switch (value.getKindCase()) {
      case STRUCT_VALUE -> map(value.getStructValue());
      case LIST_VALUE -> value.getListValue().getValuesList().stream().map(RetryPolicy::plain).toList();
      case NUMBER_VALUE -> value.getNumberValue();
      case BOOL_VALUE -> value.getBoolValue();
      default -> value.getStringValue();
    };
  }
}
