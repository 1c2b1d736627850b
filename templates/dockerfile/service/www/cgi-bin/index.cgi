#!/bin/busybox sh
# The answer to /.
printf 'Content-Type: text/plain; charset=utf-8\r\n\r\n@@name@@\n'
