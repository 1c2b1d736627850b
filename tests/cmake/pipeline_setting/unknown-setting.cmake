add_pipeline(web)
pipeline_step(web build COMMAND ./build {setting.regoin} INPUTS build)
pipeline_setting(web region ALLOWED us-east-1 sa-east-1 DEFAULT us-east-1)
