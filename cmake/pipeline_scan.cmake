# Declares a scan of a pipeline: pipeline_scan(<pipeline> <scan> COMMAND … SARIF <file> [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_scan

  Declares a scan: a step of STAGE scan whose reports decide whether it fails::

    pipeline_scan(<pipeline> <scan> COMMAND <program> [<argument>…] SARIF <file>… | FINDINGS <file>…
      [REQUIRED] [DATABASE_AGE <time> [DATABASE <path>]] [<keyword> <value>…]…)

  The keywords are those of pipeline_step(). See ``cicd explain pipeline_scan``.
#]=]
function(pipeline_scan)
  _cicd_record_call(${ARGC})
endfunction()
