list(APPEND environment CICD_DRIVER_CACHE=/proc/drivers)
