# Declares what may be released: pipeline_release(<pipeline> [BRANCHES <pattern>…] [VERSIONS semantic|calendar|number])
#[=[.rst:
.. command:: pipeline_release

  Declares which commits and tags may be released: deployed by an environment that is ``ON tag`` or has ``FROM``::

    pipeline_release(<pipeline> [BRANCHES <pattern>…] [VERSIONS semantic|calendar|number])

  A pipeline has one at most. The keywords are those of ``cicd explain pipeline_release``.
#]=]
function(pipeline_release)
  _cicd_record_call(${ARGC})
endfunction()
