add_pipeline(orders)
pipeline_step(orders build COMMAND x OUTPUTS x.zip x)
pipeline_image(orders BASE scratch FILES x=/x ENTRYPOINT /x)
pipeline_environment(orders stage ON branch main VIA gitops
  VERIFY_SIGNATURE keyless https://ci.example.com/job token.example.com)
