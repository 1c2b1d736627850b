add_pipeline(web)
pipeline_step(web build COMMAND ./build {setting.mirror} {setting.workers} INPUTS build)
pipeline_setting(web mirror ALLOWED hots DEFAULT mirror.example.com)
pipeline_setting(web workers ALLOWED 64..1 DEFAULT 8)
