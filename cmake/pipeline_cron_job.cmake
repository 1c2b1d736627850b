# Declares a scheduled workload: pipeline_cron_job(<pipeline> <cron-job> [IN <environment>…] [<keyword> <value>…]…)
#[=[.rst:
.. command:: pipeline_cron_job

  Declares what runs on a schedule; a further call with ``IN`` declares what differs there, ``OFF`` leaves it out::

    pipeline_cron_job(<pipeline> <cron-job> SCHEDULE "0 3 * * *" COMMAND <program>… [<keyword> <value>…]…)
    pipeline_cron_job(<pipeline> <cron-job> IN <environment>… [OFF] [<keyword> <value>…]…)

  The keywords are those of ``cicd explain pipeline_cron_job``.
#]=]
function(pipeline_cron_job)
  _cicd_record_call(${ARGC})
endfunction()
