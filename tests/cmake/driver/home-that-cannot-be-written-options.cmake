list(APPEND environment HOME=/proc --unset=XDG_CACHE_HOME --unset=CICD_DRIVER_CACHE)
