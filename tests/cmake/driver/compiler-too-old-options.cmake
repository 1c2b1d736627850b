# A compiler that says it is version 11.
file(WRITE "${WORK}-compiler" "#!/bin/sh\nexec g++ -U__GNUC__ -D__GNUC__=11 \"$@\"\n")
file(CHMOD "${WORK}-compiler" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
set(arguments "-DCICD_SOURCE=${CICD_SOURCE}" "-DCICD_DRIVER_CACHE=${WORK}/cache" "-DCICD_HOST_CXX=${WORK}-compiler")
