# Declares a step of a pipeline, or replaces its template's: pipeline_step(<pipeline> <step> [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_step

  Declares a custom step, or replaces the step of that name which the template brings::

    pipeline_step(<pipeline> <step> COMMAND <program> [<argument>…] [<keyword> <value>…]…)

  The pipeline may be declared in another folder, before or after this call. The keywords are those of
  ``cicd explain pipeline_step``. Generator expressions work in commands, paths, texts and values of ``ENV``.
#]=]
function(pipeline_step)
  _cicd_record_call(${ARGC})
endfunction()
