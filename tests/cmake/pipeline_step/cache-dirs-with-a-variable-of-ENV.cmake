add_pipeline(orders)
pipeline_step(orders build COMMAND true ENV CCACHE_DIR=/x CACHE_DIRS CCACHE_DIR=~/.cache/ccache HOME=/srv/home CACHE_SHARED STAGE build)
pipeline_step(orders test COMMAND true CACHE_SHARED STAGE test)
