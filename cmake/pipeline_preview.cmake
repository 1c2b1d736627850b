# Declares the copy that a branch gets: pipeline_preview(<pipeline> IN <environment> [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_preview

  Declares the copy of the service that a branch gets beside the real one::

    pipeline_preview(<pipeline> IN <environment> [HOST orders.{slug}.example.com] [<keyword> <value>…]…)

  It has no name of its own; an environment has one at most. The keywords are those of
  ``cicd explain pipeline_preview``.
#]=]
function(pipeline_preview)
  _cicd_record_call(${ARGC})
endfunction()
