package com.example.orders;

import java.util.List;
import java.util.Map;

/**
 * Why a request was not carried out, thrown by the API and answered as {@code application/problem+json} (RFC 9457).
 * It is part of the protocol, not a fault of the program, and so has no stack trace.
 */
final class Problem extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Map<String, String> headers;
  private final transient List<Violation> violations;

  private Problem(int status, String detail, Map<String, String> headers, List<Violation> violations) {
    super(detail, null, false, false);
    this.status = status;
    this.headers = headers;
    this.violations = violations;
  }

  static Problem of(int status, String detail) {
    return new Problem(status, detail, Map.of(), List.of());
  }

  static Problem badRequest(List<Violation> violations) {
    var first = violations.get(0);
    return new Problem(400, first.field() + ": " + first.message(), Map.of(), List.copyOf(violations));
  }

  static Problem badRequest(String field, String message) {
    return badRequest(List.of(new Violation(field, message)));
  }

  static Problem methodNotAllowed(String method, String allowed) {
    return new Problem(405, method + " is not one of " + allowed, Map.of("Allow", allowed), List.of());
  }

  Response response() {
    var body = new Body(status, getMessage(), violations.isEmpty() ? null : violations);
    return new Response(status, "application/problem+json", headers, body);
  }

  /** The members of RFC 9457, and the violations where fields are at fault. */
  record Body(int status, String detail, List<Violation> violations) {
    Body {
      violations = violations == null ? null : List.copyOf(violations);
    }
  }
}
