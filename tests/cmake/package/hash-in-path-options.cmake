set(tree "a#b")
