package com.example.orders;

/**
 * What is wrong with one field of a request.
 *
 * @param field its path in the body, such as {@code lines[1].sku}, or the name of a query parameter
 * @param message what the field must be, to be read after its name
 */
record Violation(String field, String message) {}
