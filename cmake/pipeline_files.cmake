# Declares files that are part of the artifact: pipeline_files(<pipeline> <name> FILES <pattern>… [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_files

  Declares files that are published with the images, and that an environment ``VIA command`` gets::

    pipeline_files(<pipeline> <name> FILES <pattern>… [REPOSITORY <repository>] [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_files``.
#]=]
function(pipeline_files)
  _cicd_record_call(${ARGC})
endfunction()
