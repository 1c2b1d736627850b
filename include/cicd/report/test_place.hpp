// Where a failing test stands in the source tree, from what its report says. A guess is shown only where the
// file is there.
#pragma once

#include <string>
#include <string_view>

#include <cicd/report/paths.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// `src/test/java/shop/OrdersTest.java:41`: the report's own file with its line, else the one of the test's
/// class in a stack trace (`at shop.OrdersTest.closes(OrdersTest.java:41)`), looked for where Maven and
/// Gradle keep tests, else the first file of the sources that its details name with a line, as compilers,
/// node, pytest and Go do. Only `OrdersTest.java:41` where a file is not found, nothing where the report does
/// not say.
std::string place_of(const test_case& test, const readable_paths& paths);

/// The file of the sources that a path names, absolute: one in a step's folder; of a relative one the file
/// that the step was given and that ends so, since it may have printed it in any folder, else the one below a
/// source folder, or (Go) below the folder that `suite` ends in. Empty where none is there, or several are.
std::string file_in_sources(std::string path, std::string_view suite, const readable_paths& paths);

}  // namespace cicd
