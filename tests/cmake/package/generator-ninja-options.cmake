set(arguments -DCMAKE_BUILD_TYPE=Release)
