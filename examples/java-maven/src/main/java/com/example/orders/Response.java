package com.example.orders;

import java.util.Map;

/**
 * What the API answers.
 *
 * @param body what is sent as JSON
 */
record Response(int status, String contentType, Map<String, String> headers, Object body) {

  Response {
    headers = Map.copyOf(headers);
  }

  static Response ok(Object body) {
    return new Response(200, "application/json", Map.of(), body);
  }

  static Response created(String location, Object body) {
    return new Response(201, "application/json", Map.of("Location", location), body);
  }
}
