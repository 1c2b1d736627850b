set(arguments "-DCMAKE_CONFIGURATION_TYPES=Debug\;Release" -DCMAKE_BUILD_TYPE=MinSizeRel --no-warn-unused-cli)
