add_pipeline(orders)
pipeline_image(orders one DOCKERFILE Dockerfile BASE scratch FILES a=/a ARGS TOKEN=secret:token)
pipeline_image(orders two BASE scratch TARGET service)
