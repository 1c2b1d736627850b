add_pipeline(orders)
pipeline_step(orders build COMMAND true CACHE_DIRS CC=~/one CC=~/two DD=~/three STAGE build)
