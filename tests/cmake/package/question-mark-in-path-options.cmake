set(tree [==[a?b]==])
