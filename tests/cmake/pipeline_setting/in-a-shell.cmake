add_pipeline(web)
pipeline_step(web build SHELL "make REGION={setting.region}" INPUTS build)
pipeline_setting(web region ALLOWED us-east-1 sa-east-1 DEFAULT us-east-1)
