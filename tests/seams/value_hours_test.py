"""An option of a new type, `QUIET <first>-<last>` of a service: the type is one struct, the option a member and its place."""

import unittest

import harness

CALLS = harness.DEPLOYED + "pipeline_service(app night PORT 8080 QUIET {})\n"


class Hours(harness.Case):
    def test_the_value_is_read_and_written_again(self):
        tree = self.tree(CALLS.format("22-6"))
        self.assertIn("QUIET 22-6", tree.cicd("explain", "app.service.night.quiet").stdout)

    def test_its_form_is_explained(self):
        tree = self.tree(CALLS.format("22-6"))
        self.assertIn("two hours of a day from 0 to 23, such as 22-6", tree.cicd("explain", "service.quiet").stdout)

    def test_a_wrong_value_is_refused_with_the_nearest_good_one(self):
        tree = self.tree()
        tree.declare(CALLS.format("22/6"))
        done = tree.configure(status=1)
        self.assertIn("app/night: QUIET has a wrong value: '22/6'", done.all)
        self.assertIn("did you mean: 22-6", done.all)


if __name__ == "__main__":
    unittest.main()
