set(arguments "-DCICD_SOURCE=${CICD_SOURCE}" "-DCICD_DRIVER_CACHE=${WORK}/cache" -DCICD_HOST_CXX=no-such-compiler)
