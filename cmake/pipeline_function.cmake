# Declares the code of serverless functions: pipeline_function(<pipeline> <function> ZIP <zip or folder> [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_function

  Declares the zip that is the code of a serverless function, or of several::

    pipeline_function(<pipeline> <function> ZIP <zip or folder> [CONFIG <serverless.yml>] [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_function``.
#]=]
function(pipeline_function)
  _cicd_record_call(${ARGC})
endfunction()
