"""A further command, `cicd hello`: a file of its own and one line of the table. Help and completion have it by that."""

import unittest

import harness

DRIVER_ALONE = "add_pipeline(app)\npipeline_step(app build COMMAND true STAGE build)\n"


class Hello(harness.Case):
    def setUp(self):
        super().setUp()
        self.driver = self.tree(DRIVER_ALONE)

    def test_it_does_what_its_file_says(self):
        self.assertEqual(self.driver.cicd("hello").stdout, "hello, world\n")
        self.assertEqual(self.driver.cicd("hello", "Ada").stdout, "hello, Ada\n")

    def test_help_lists_it_with_its_words(self):
        self.assertRegex(self.driver.cicd("--help").stdout, r"(?m)^  hello +greet$")
        self.assertIn("who is greeted", self.driver.cicd("hello", "--help").stdout)

    def test_completion_offers_it(self):
        self.assertEqual(self.driver.cicd("complete", "cicd", "hel").stdout.split(), ["help-targets", "hello"])

    def test_a_misspelt_one_is_led_to_it_and_an_option_that_it_has_not_is_refused(self):
        self.assertIn("did you mean: hello", self.driver.cicd("helo", status=2).stderr)
        self.assertIn("unknown option of cicd hello: '--loud'", self.driver.cicd("hello", "--loud", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
