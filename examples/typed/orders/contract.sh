#!/bin/sh
# Stands for the tests of what other services rely on: they get the image and the suite.
echo "the suite $2 on $1"
