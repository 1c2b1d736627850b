set(CICD_TARGET_PREFIX a-)
add_pipeline(orders)
set(CICD_TARGET_PREFIX b-)
add_pipeline(billing)
