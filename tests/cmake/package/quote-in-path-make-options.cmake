set(tree "a\"b")
set(generator "Unix Makefiles")
