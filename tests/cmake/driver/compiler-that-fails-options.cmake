# It says its version and then cannot compile.
file(WRITE "${WORK}-compiler" "#!/bin/sh\n[ \"$1\" = --version ] && exec g++ --version\necho 'out of order' >&2\nexit 1\n")
file(CHMOD "${WORK}-compiler" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
set(arguments "-DCICD_SOURCE=${CICD_SOURCE}" "-DCICD_DRIVER_CACHE=${WORK}/cache" "-DCICD_HOST_CXX=${WORK}-compiler")
