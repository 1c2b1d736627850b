set(generator "Unix Makefiles")
set(arguments -DCMAKE_BUILD_TYPE=Release)
