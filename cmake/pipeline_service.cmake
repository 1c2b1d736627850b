# Declares a long-running workload: pipeline_service(<pipeline> <service> [IN <environment>…] [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_service

  Declares what runs in an environment; a further call with ``IN`` declares what differs there::

    pipeline_service(<pipeline> <service> PORT 8080 [<keyword> <value>…]…)
    pipeline_service(<pipeline> <service> IN <environment>… [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_service``; ``cicd explain service.<option>`` shows where a value
  comes from.
#]=]
function(pipeline_service)
  _cicd_record_call(${ARGC})
endfunction()
