# Declares what a branch may take of an environment: pipeline_canary(<pipeline> IN <environment> SHARE <percentage> [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_canary

  Declares that a branch may take a share of a service's requests, once it is started by ``cicd canary start``::

    pipeline_canary(<pipeline> IN <environment> [SERVICE <service>] SHARE <percentage> [<keyword> <value>…]…)

  It has no name of its own; a service has one at most in an environment. The keywords are those of
  ``cicd explain pipeline_canary``.
#]=]
function(pipeline_canary)
  _cicd_record_call(${ARGC})
endfunction()
