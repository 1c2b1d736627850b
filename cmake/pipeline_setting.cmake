# Declares a value that a build tree or an environment chooses: pipeline_setting(<pipeline> <setting> [IN <environment>…] …)
#[=[.rst:
.. command:: pipeline_setting

  Declares a value with a type, or gives its value in some environments::

    pipeline_setting(<pipeline> <setting> [ALLOWED <word>…|<least>..<most>|boolean|<form>] [DEFAULT <value>] [DESCRIPTION <text>])
    pipeline_setting(<pipeline> <setting> IN <environment>… VALUE <value>)

  A build tree is given another value by ``cmake -D<pipeline>.<setting>=<value>`` or by a preset.
  See ``cicd explain pipeline_setting``.
#]=]
function(pipeline_setting)
  _cicd_record_call(${ARGC})
endfunction()
