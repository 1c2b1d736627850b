package com.example.orders;

import java.util.Map;
import java.util.Optional;

/**
 * What the API needs to know of an HTTP request.
 *
 * @param path decoded, without the query
 * @param query decoded; the last of several values
 * @param body at most {@link OrdersServer#MAX_BODY} bytes of JSON, empty if there is none
 */
record Request(String method, String path, Map<String, String> query, String body) {

  Request {
    query = Map.copyOf(query);
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }
}
