set(tree [==[a|b]==])
