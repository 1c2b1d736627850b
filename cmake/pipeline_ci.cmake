# Declares what cicd export writes for the repository's CI systems: pipeline_ci(SYSTEMS <system>… [<option>…])
#[=[.rst:
.. command:: pipeline_ci

  Declares which CI systems a file is exported for, and where their jobs run; once for a build tree::

    pipeline_ci(SYSTEMS github|gitlab|circleci|buildkite|drone|jenkins…
      [RUNNER <system>=<label>…] [IMAGE <image>] [SETUP <program> [<argument>…]] [CONFIGURE <word>…]
      [LOGINS <environment>=<role>…] [REGION <region>] [BRANCHES <pattern>…] [SCHEDULE <cron>] [CACHES] [CANCEL_WAITING])

  ``cicd export <system>`` writes the file, and nothing else does; the test ``cicd.export`` fails where it is not what would be
  written. See ``cicd explain pipeline_ci``.
#]=]
function(pipeline_ci)
  _cicd_record_call(${ARGC})
endfunction()
