set(tree [==[a<b]==])
