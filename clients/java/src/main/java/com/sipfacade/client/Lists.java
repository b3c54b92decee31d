package com.sipfacade.client;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Stream;

/** Lists, read to their end. */
public final class Lists {
  private Lists() {}

  /**
   * Reads a list to its end, page after page, as they are needed:
   *
   * <pre>{@code
   * Lists.all(client.sipApps()::listSipApps, request, ListSipAppsResponse::getSipAppsList)
   * }</pre>
   */
  public static <Q extends Message, R extends Message, T> Stream<T> all(
      Function<Q, R> method, Q request, Function<R, ? extends Collection<T>> items) {
    return Stream.iterate(method.apply(request), page -> page != null, page -> next(method, request, page))
        .flatMap(page -> items.apply(page).stream());
  }

  /** The page after this one, or null after the last. */
  private static <Q extends Message, R extends Message> R next(Function<Q, R> method, Q request, R page) {
    Object token = page.getField(field(page, "next_page_token"));
    return token.equals("") ? null : method.apply(with(request, "page_token", token));
  }

  /** A copy of a message with another value in one field. */
  static <M extends Message> M with(M message, String name, Object value) {
    @SuppressWarnings("unchecked") // a builder of a message builds that kind of message
    M changed = (M) message.toBuilder().setField(field(message, name), value).build();
    return changed;
  }

  static FieldDescriptor field(Message message, String name) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
    if (field == null) {
      throw new IllegalArgumentException(message.getDescriptorForType().getName() + " has no " + name);
    }
    return field;
  }
}
