# Declares where a pipeline deploys to: pipeline_environment(<pipeline> <environment> VIA <way> [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_environment

  Declares an environment: where the service goes, from which git event, and by which way::

    pipeline_environment(<pipeline> <environment> VIA <way> [ON branch|tag <pattern>] [<keyword> <value>…]…)

  It gives the targets ``<pipeline>.plan-<environment>`` and ``<pipeline>.deploy-<environment>``. The keywords are those of
  ``cicd explain pipeline_environment``.
#]=]
function(pipeline_environment)
  _cicd_record_call(${ARGC})
endfunction()
