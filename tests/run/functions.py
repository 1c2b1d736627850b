"""A function and its CONFIG: what the suites of VIA serverless have in common, with AWS and without."""

CONFIG = """\
service: app
provider:
  name: aws
  runtime: python3.12
functions:
  hook:
    handler: handler.main
"""


def handler(number):
    return f"def main(event, context):\n    return {number}\n"


def committed(tree, calls, config=CONFIG, **files):
    """The tree with the function, its CONFIG and these declarations, committed and configured."""
    for name, text in {"handler.py": handler(1), "serverless.yml": config, **files}.items():
        tree.write(name, text)
    tree.declare(calls)
    tree.commit("the first")
    tree.set_user()
    tree.configure()
    return tree


def next_commit(tree, number, what="handler.py"):
    tree.write(what, handler(number))
    return tree.commit(f"number {number}")
