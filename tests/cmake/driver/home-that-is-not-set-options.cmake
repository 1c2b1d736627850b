list(APPEND environment --unset=HOME --unset=XDG_CACHE_HOME --unset=CICD_DRIVER_CACHE)
