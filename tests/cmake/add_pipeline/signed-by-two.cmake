add_pipeline(orders SIGN_IMAGES secret:release-kee SIGN_KEYLESS)
pipeline_secret(orders release-key FILE /run/key)
pipeline_step(orders build COMMAND x OUTPUTS x)
pipeline_image(orders BASE scratch FILES x=/x ENTRYPOINT /x)
