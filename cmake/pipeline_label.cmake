# Declares labels of one's own: pipeline_label(<pipeline> <key>=<value>…)
#[=[.rst:
.. command:: pipeline_label

  Declares labels of every object of the pipeline and its pods; several calls add up::

    pipeline_label(<pipeline> <key>=<value>…)

  See ``cicd explain pipeline.labels``.
#]=]
function(pipeline_label)
  _cicd_record_call(${ARGC})
endfunction()
