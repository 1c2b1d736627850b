set(tree "a\nb")
