_cicd_find_cache(cache a-key)
message(STATUS "drivers are in '${cache}'")
