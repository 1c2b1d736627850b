set(tree [==[a$(b)c]==])
