add_pipeline(orders)
pipeline_step(orders build COMMAND true)
pipeline_environment(orders stage ON branch main VIA gitops)
pipeline_ci(SYSTEMS github LOGINS reconcile=arn:aws:iam::1:role/x)
