add_pipeline(orders)
pipeline_step(orders build COMMAND true OUTPUTS out STAGE build)
pipeline_image(orders BASE scratch FILES out=/out ENTRYPOINT /out)
pipeline_secret(orders deploy-key PASS_ENV DEPLOY_KEY)
pipeline_environment(orders stage VIA gitops WRITE values.yaml values.yaml:image.tag={tog} values.yaml:a={image-cli.tag}
  values.yaml:b={tag} values.yaml:b={digest} AUTHOR deploys SIGN secret:deploy-kee)
pipeline_environment(orders prod VIA kubectl WRITE values.yaml:image.tag={tag})
