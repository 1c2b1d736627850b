# The package under test seems to lie elsewhere than the sources.
file(WRITE "${WORK}-package/cicd-config.cmake"
  "include([==[${CICD_SOURCE}/cmake/cicd.cmake]==])\n_cicd_use(0.0.9 [==[${WORK}-package]==] \"\" \"\" \"\" \"\")\n")
set(PACKAGE "${WORK}-package")
set(arguments "-DCICD_SOURCE=${CICD_SOURCE}")
